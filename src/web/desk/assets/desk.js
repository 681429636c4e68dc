// The desk in a browser: the same forms without loading the page again, keys, dragging, and news of the files.
// Without this file everything works all the same.
(() => {
  "use strict";
  const french = document.documentElement.lang.startsWith("fr");
  const say = (en, fr) => (french ? fr : en);
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  let version = Number(document.body.dataset.version);
  let saving = false;

  const note = (text) => {
    const said = document.getElementById("said");
    if (said) said.textContent = text;
  };

  // Texts that were typed and not saved yet.
  const touched = () => [...document.querySelectorAll("form[data-texts] textarea, form[data-texts] input:not([type=hidden])")]
    .filter((field) => field.value !== field.defaultValue);

  // The stories that can be seen, in the order of the page; those in a closed list cannot have the focus.
  const isSeen = (element) => (element.checkVisibility ? element.checkVisibility() : Boolean(element.offsetParent));
  const titles = () => [...document.querySelectorAll("[data-id] > a.title")].filter(isSeen);
  // The one after a story, or before the last one.
  const beside = (story) => {
    const all = titles();
    const at = all.indexOf(story.querySelector("a.title"));
    return all[at + 1] || all[at - 1];
  };

  // Where the person is: a button of a story, by what does not change when the page is made anew.
  const place = () => {
    const focus = document.activeElement;
    const story = focus && focus.closest("[data-id]");
    const next = story && beside(story);
    return {
      id: focus && focus.id,
      story: story && story.id,
      next: next && next.closest("[data-id]").id,
      key: focus && focus.dataset.k,
      details: [...document.querySelectorAll("main details[open]")].map(name).filter(Boolean),
    };
  };
  const name = (details) => {
    const holder = details.closest("[id]");
    const all = holder ? [...holder.querySelectorAll("details")] : [];
    return holder ? holder.id + "/" + all.indexOf(details) : "";
  };
  const backTo = (was) => {
    for (const details of document.querySelectorAll("main details")) {
      if (was.details.includes(name(details))) details.open = true;
    }
    const story = was.story && document.getElementById(was.story);
    const button = story && was.key && story.querySelector(`[data-k="${was.key}"]:not([disabled])`);
    const next = was.next && document.getElementById(was.next);
    const ways = [button, story && story.querySelector("a"), next && next.querySelector("a"), was.id && document.getElementById(was.id)];
    const target = ways.find((way) => way && isSeen(way)) || (was.story && document.getElementById("main"));
    if (target && target !== document.activeElement) target.focus({ preventScroll: true });
  };

  // Puts a page in place of the one that is shown, without moving the person. Texts being typed stay.
  const show = (page, keepTexts) => {
    const was = place();
    const scroll = [scrollX, scrollY];
    for (const id of ["stand", "notes"]) {
      const fresh = page.getElementById(id);
      const old = document.getElementById(id);
      // The live region itself stays, so that it is heard.
      if (id === "notes" && fresh && old) {
        const said = fresh.querySelector("#said");
        for (const child of [...old.children]) if (child.id !== "said") child.remove();
        for (const child of [...fresh.children]) if (child.id !== "said") old.insertBefore(child, old.lastElementChild);
        if (said && said.textContent) note(said.textContent);
      } else if (fresh && old) {
        old.replaceWith(fresh);
      }
    }
    const main = page.getElementById("main");
    if (main && !keepTexts) {
      // A frame that would only be loaded again blinks.
      document.getElementById("main").replaceWith(main);
      document.title = page.title;
    }
    version = Number(page.body.dataset.version);
    document.body.dataset.version = version;
    backTo(was);
    scrollTo(...scroll);
  };

  const send = async (form, submitter) => {
    const data = new URLSearchParams(new FormData(form));
    if (submitter && submitter.name) data.append(submitter.name, submitter.value);
    const action = (submitter && submitter.getAttribute("formaction")) || form.getAttribute("action");
    saving = true;
    document.body.classList.add("busy");
    if (submitter && submitter.dataset && submitter.dataset.wait) note(submitter.dataset.wait);
    try {
      const answer = await fetch(action, { method: "POST", body: data });
      const page = parse(await answer.text());
      if (answer.redirected) {
        const url = new URL(answer.url);
        url.searchParams.delete("said");
        url.hash = "";
        history.replaceState(null, "", url);
      }
      show(page, false);
      if (answer.status === 409) document.getElementById("main").focus();
    } catch {
      note(say("The desk does not answer: is it still open in the terminal?", "Le bureau ne répond pas : est-il encore ouvert dans le terminal?"));
    } finally {
      saving = false;
      document.body.classList.remove("busy");
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    if (!saving) send(form, event.submitter);
  });

  const move = (value) => {
    const form = document.getElementById("moves");
    if (!form || saving) return;
    send(form, { name: "m", value, getAttribute: () => null });
  };

  // Keys, while a story has the focus.
  const verbs = { p: "pick", c: "candidates", h: "held", d: "dropped" };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("textarea, input, select");
    if (field && event.key === "Enter" && event.ctrlKey && field.form) {
      event.preventDefault();
      field.form.requestSubmit(field.form.querySelector("button.main"));
      return;
    }
    const story = event.target.closest("[data-id]");
    if (!story || field || event.ctrlKey || event.metaKey) return;
    const press = (key) => {
      const button = story.querySelector(`[data-k="${key}"]:not([disabled])`);
      if (!button) return;
      event.preventDefault();
      const next = beside(story);
      const stays = key === "up" || key === "down";
      if (!stays && next) next.focus({ preventScroll: true });
      else button.focus({ preventScroll: true });
      button.click();
    };
    if (event.altKey) {
      if (event.key === "ArrowUp") press("up");
      if (event.key === "ArrowDown") press("down");
      return;
    }
    const key = event.key.toLowerCase();
    if (verbs[key]) press(verbs[key]);
    if (key === "j" || key === "k") {
      const all = titles();
      const at = all.indexOf(story.querySelector("a.title")) + (key === "j" ? 1 : -1);
      if (all[at]) {
        event.preventDefault();
        all[at].focus();
        all[at].scrollIntoView({ block: "nearest" });
      }
    }
  });

  // Dragging.
  let dragged = null;
  const drop = (event) => {
    const list = event.target.closest(".col") && event.target.closest(".col").querySelector("[data-list]");
    if (!dragged || !list) return null;
    const rows = [...list.querySelectorAll("[data-id]")].filter((row) => row !== dragged);
    const before = rows.find((row) => {
      const box = row.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    return { list, before };
  };
  const clear = () => document.querySelectorAll(".over, .before").forEach((it) => it.classList.remove("over", "before"));
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest && event.target.closest("[data-id]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.id);
    dragged.classList.add("dragged");
  });
  document.addEventListener("dragover", (event) => {
    const to = drop(event);
    if (!to) return;
    event.preventDefault();
    clear();
    to.list.closest(".col").classList.add("over");
    if (to.before) to.before.classList.add("before");
  });
  document.addEventListener("drop", (event) => {
    const to = drop(event);
    if (!to) return;
    event.preventDefault();
    const { section, list } = to.list.dataset;
    move(["to", dragged.dataset.id, dragged.dataset.from, section, list, to.before ? to.before.dataset.id : ""].join(";"));
  });
  document.addEventListener("dragend", () => {
    if (dragged) dragged.classList.remove("dragged");
    dragged = null;
    clear();
  });

  // Leaving with texts that are not saved.
  addEventListener("beforeunload", (event) => {
    if (touched().length && !saving) event.preventDefault();
  });

  // News of the files.
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const watch = async () => {
    for (;;) {
      try {
        const answer = await fetch(`/wait?after=${version}`);
        if (!answer.ok) throw new Error(answer.status);
        const now = Number(await answer.text());
        document.body.classList.remove("closed");
        if (now !== version && !saving) {
          const page = parse(await (await fetch(location.href)).text());
          const typing = touched().length > 0;
          show(page, typing);
          if (typing) {
            note(say(
              "The files have changed. What you typed is still here; if it meets another's change, both are shown when you save.",
              "Les fichiers ont changé. Ce que vous avez tapé est toujours là; s'il rencontre le changement d'un autre, les deux seront montrés à l'enregistrement."));
          }
        } else if (saving) {
          await pause(100);
        }
      } catch {
        document.body.classList.add("closed");
        note(say("The desk is closed, or does not answer.", "Le bureau est fermé, ou ne répond pas."));
        await pause(2000);
      }
    }
  };
  if (document.getElementById("stand")) watch();
})();
