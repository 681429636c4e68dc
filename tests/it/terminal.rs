//! What the program says of itself and of a command line that it cannot read: in both languages, with the word that was
//! meant, in colours only for eyes.

use crate::office::{ISSUE, Office};

#[test]
fn a_word_that_is_misspelt_leads_to_the_one_that_was_meant_in_either_language() {
    let office = Office::with_two_stories();
    office.run(&["compose", ISSUE, "--offline"]);
    for (line, en, fr) in [
        (
            &["compse"][..],
            "`compse` is not a command; did you mean `compose`?",
            "`compse` n'est pas une commande; vouliez-vous dire `compose`?",
        ),
        (
            &["send", ISSUE, "--dry-rnu"],
            "there is no option `--dry-rnu`; did you mean `--dry-run`?",
            "il n'y a pas d'option `--dry-rnu`; vouliez-vous dire `--dry-run`?",
        ),
        (&["check", "2026-1"], "did you mean `2026-12`?", "vouliez-vous dire `2026-12`?"),
        (&["init", "x", "--community", "gcdigitl"], "did you mean `gcdigital`?", "vouliez-vous dire `gcdigital`?"),
        (
            &["send"],
            "this is missing: `<ISSUE>`\n  usage: cco-news send",
            "il manque\u{a0}: `<NUMÉRO>`\n  utilisation\u{a0}: cco-news send",
        ),
        (&["status", ISSUE, "extra"], "`extra` is too much here", "`extra` est de trop ici"),
        (&["approve", "--request", "--by", "X"], "does not go with", "ne va pas avec"),
        (
            &["story", "watch", "--every", "0"],
            "`0` does not do for `--every <SECONDS>`",
            "`0` ne convient pas pour `--every <SECONDES>`",
        ),
    ] {
        office.run(line).is(2).says(&[en]);
        let french = office.run(&[line, &["--lang", "fr"]].concat()).is(2).says(&[fr]);
        assert!(!french.text.contains("usage:") && !french.text.contains("Usage"), "{}", french.text);
    }
    office.run(&["share", "2026-21"]).is(2);
    office.run(&["share", "2026-11"]).is(1).says(&["did you mean `2026-12`?"]);
    office.run(&["check", "--explain", "TPY-02"]).is(1).says(&["did you mean `TYP-02`?"]);
}

#[test]
fn a_section_that_is_misspelt_in_a_file_of_the_office_is_guessed() {
    let office = Office::with_two_stories();
    office.write(
        "sources.toml",
        "[[feed]]\nid = \"f\"\nsection = \"trendz\"\nen = \"https://example.ca/en\"\nfr = \"https://example.ca/fr\"\n",
    );
    office.run(&["status"]).is(2).says(&["no section `trendz`; did you mean `trends`?"]);
}

#[test]
fn help_is_a_page_with_examples_in_the_persons_language_and_colours_are_for_eyes() {
    let office = Office::with_two_stories();
    office
        .run(&["send", "--help"])
        .is(0)
        .says(&["Usage: cco-news send", "Examples:\n  cco-news send 2026-12 --dry-run\n      Who would get what"]);
    let french = office.run(&["--lang", "fr", "send", "--help"]).is(0).says(&[
        "Utilisation\u{a0}: cco-news send [OPTIONS] <NUMÉRO>",
        "Partout\u{a0}:",
        "Qui recevrait quoi",
    ]);
    assert!(!french.text.contains('\u{1b}') && french.text == french.out, "{}", french.text);
    // Nobody looks at a pipe; who insists is heard, but for those who never want any.
    let coloured = |variables: &[(&str, &str)], line: &[&str]| {
        let mut command = office.command(line);
        let out = command.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).contains('\u{1b}')
    };
    let line = &["check", ISSUE, "--explain", "nothing"];
    assert!(!coloured(&[], line));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")], line));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], line));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], line));
    assert!(coloured(&[("NO_COLOR", "1")], &["--color", "always", "check", "--explain", "nothing"]), "the option wins");
    office.run(&["story"]).is(2).says(&["Usage: cco-news story [OPTIONS] <COMMAND>"]);
}

#[test]
fn completions_and_man_pages_come_from_the_command_line_itself() {
    let office = Office::with_two_stories();
    let empty = tempfile::tempdir().unwrap();
    let bare = |line: &[&str]| office.run(&[&["--dir", empty.path().to_str().unwrap()], line].concat());
    for (shell, part) in [
        ("bash", "complete -F _cco"),
        ("zsh", "#compdef cco-news"),
        ("fish", "complete -c cco-news"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let script = bare(&["completions", shell]).is(0).says(&[part]);
        assert!(script.out.contains("rehearse") && script.out.contains("dry-run"), "{shell}");
    }
    bare(&["--lang", "fr", "completions", "basch"]).is(2).says(&["vouliez-vous dire `bash`?"]);
    bare(&["man"]).is(0).says(&[".TH cco-news 1", ".SH NAME"]);
    let to = empty.path().join("man");
    bare(&["man", to.to_str().unwrap()]).is(0);
    let page = |name: &str| std::fs::read_to_string(to.join(name)).unwrap();
    assert!(page("man1/cco-news-send.1").contains("Who would get what, and at what pace"));
    let french = page("fr/man1/cco-news-subscribers-move.1");
    assert!(french.contains(".SH NOM") && french.contains("Une nouvelle adresse"), "{french}");
}
