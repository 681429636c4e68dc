//! ACC: everybody can read the mail, with their eyes, their ears or their fingers (FEDERAL 3.2).

pub(crate) mod alternatives;
pub(crate) mod marked;
pub(crate) mod plain_part;
pub(crate) mod legible;
pub(crate) mod seen;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use scraper::ElementRef;

use crate::check::catalogue::{Example, Group, Rule, row};
use crate::check::html::contrast::contrast;
use crate::check::html::css::without_comments;
use crate::check::html::dom::Link;
use crate::check::html::sheet::{Run, Sheet};
use crate::check::proof::{Hit, Mails, Proof};
use crate::check::text::scan::{self, Pattern, pattern};
use crate::model::{Place, Severity, Words};

const fn rule(id: &'static str, severity: Severity, source: &'static str) -> Rule {
    row(Group::Accessibility, id, severity, source)
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        en: "The mail says its language and direction, and has a title",
        fr: "Le message dit sa langue et son sens d'écriture, et il a un titre",
        bad: Example::Swap("<html lang=\"en-CA\"", "<html lang=\"fr-CA\""),
        judge_mails: says_language,
        ..rule("ACC-01", Severity::Error, "3.2, 3.4")
    },
    Rule {
        en: "Words in another language say so with `lang`",
        fr: "Les mots dans une autre langue le disent par `lang`",
        bad: Example::Case(
            "an English-only title unmarked in the French edition",
            "un titre en anglais seulement, sans marque dans l'édition française",
        ),
        judge: marked::judge,
        ..rule("ACC-02", Severity::Warning, "1.1, 3.2")
    },
    Rule {
        en: "Layout tables have role=presentation, and no headers, caption or summary; data tables have headers with a scope, and a caption or a line above that says what they show",
        fr: "Les tableaux de mise en page ont role=presentation, sans en-têtes, légende ni résumé; les tableaux de données ont des en-têtes avec un scope, et une légende ou, au-dessus, une ligne qui dit ce qu'ils montrent",
        bad: Example::Html("<table><tr><td>Layout</td></tr></table>"),
        good: Example::Html("<table role=\"presentation\"><tr><td>Layout</td></tr></table>"),
        judge_mails: table_roles,
        ..rule("ACC-03", Severity::Error, "3.2")
    },
    Rule {
        en: "Every picture has an alternative text that says what it shows, briefly",
        fr: "Chaque image a un texte de remplacement qui dit brièvement ce qu'elle montre",
        bad: Example::Html("<img src=\"cid:a@example.ca\" width=\"600\" height=\"200\">"),
        good: Example::Html(
            "<img src=\"cid:a@example.ca\" width=\"600\" height=\"200\" alt=\"Two colleagues read a page aloud\">",
        ),
        limits: &[alternatives::CHARS_EN, alternatives::CHARS_FR],
        judge_mails: alternatives::judge,
        ..rule("ACC-04", Severity::Error, "3.2")
    },
    Rule {
        en: "One main heading for each language, and no level left out",
        fr: "Un seul titre principal par langue, et aucun niveau sauté",
        bad: Example::Html("<h5>Skipped</h5>"),
        good: Example::Html("<h3>In order</h3>"),
        judge_mails: headings,
        ..rule("ACC-05", Severity::Error, "3.2")
    },
    Rule {
        en: "Text stands out from its ground: 4.5 to 1, large text 3 to 1, as do buttons, rules and the grids of tables, in the light and in the dark scheme; text below 7 to 1 is told",
        fr: "Le texte se détache du fond : 4,5 pour 1, les grands caractères 3 pour 1, de même que les boutons, les filets et les grilles des tableaux, en mode clair et en mode sombre; un texte sous 7 pour 1 est signalé",
        bad: Example::Html("<p style=\"color:#b3b3b3;background-color:#ffffff\">Hardly to be seen</p>"),
        good: Example::Html("<p style=\"color:#333333;background-color:#ffffff\">Plain to be seen</p>"),
        limits: &[legible::CONTRAST, legible::CONTRAST_LARGE, legible::CONTRAST_LINE, legible::CONTRAST_AIM],
        judge: legible::contrasts,
        ..rule("ACC-06", Severity::Error, "3.2, 7")
    },
    Rule {
        en: "Body text has 16 px or more and a line height of 1.4 or more, and is not justified",
        fr: "Le texte courant a au moins 16 px et un interligne d'au moins 1,4, et n'est pas justifié",
        bad: Example::Html("<p style=\"text-align:justify\">A paragraph with rivers of white between its words</p>"),
        good: Example::Html("<p style=\"text-align:left\">A paragraph with even spaces between its words</p>"),
        limits: &[legible::SIZE_PX, legible::SMALL_PX, legible::LINE_HEIGHT],
        judge: legible::sizes,
        ..rule("ACC-07", Severity::Warning, "3.2")
    },
    Rule {
        en: "Links have words, and are underlined",
        fr: "Les liens ont des mots, et sont soulignés",
        bad: Example::Html("<p><a href=\"https://example.ca/en/x\"></a>Nothing to follow</p>"),
        good: Example::Html("<p><a href=\"https://example.ca/en/x\">A thing to follow</a></p>"),
        judge_mails: link_words,
        ..rule("ACC-08", Severity::Error, "3.2")
    },
    Rule {
        en: "Nothing is told by a picture, an emoji or a colour alone, and what is read comes in the order in which it is seen",
        fr: "Rien n'est dit que par une image, un émoji ou une couleur, et la lecture suit l'ordre de ce qui se voit",
        bad: Example::Html("<div style=\"direction:rtl\">Second, then first</div>"),
        good: Example::Html("<div style=\"direction:ltr\">First, then second</div>"),
        judge_mails: seen::by_eye_alone,
        ..rule("ACC-09", Severity::Warning, "3.2")
    },
    Rule {
        en: "Jump links land: the target has both an `id` and an empty `<a name>`, which Outlook needs",
        fr: "Les liens internes aboutissent : la cible a un `id` et un `<a name>` vide, nécessaire à Outlook",
        bad: Example::Html("<p><a href=\"#nowhere\">Jump to nowhere</a></p>"),
        good: Example::Html(
            "<p><a href=\"#here\">Jump to here</a></p><div id=\"here\"><a name=\"here\"></a>Here</div>",
        ),
        judge_mails: jumps,
        ..rule("ACC-10", Severity::Error, "3.2")
    },
    Rule {
        en: "The text part is whole: every story in order, links as addresses, nothing of HTML",
        fr: "La partie texte est complète : chaque article dans l'ordre, les liens en adresses, aucun reste de HTML",
        bad: Example::Case("a text part without the second story", "une partie texte sans le deuxième article"),
        judge: plain_part::judge,
        ..rule("ACC-11", Severity::Error, "3.2")
    },
    Rule {
        en: "Space is made by the layout, not by spacer pictures or empty blocks; nothing moves",
        fr: "L'espace vient de la mise en page, non d'images vides ni de blocs vides; rien ne bouge",
        bad: Example::Html("<p>&nbsp;</p>"),
        good: Example::Html("<p>Words</p>"),
        judge_mails: spacers,
        ..rule("ACC-12", Severity::Warning, "3.2")
    },
    Rule {
        en: "A logo stays legible in the dark scheme: a white ground of its own, no transparent PNG",
        fr: "Un logo reste lisible en mode sombre : un fond blanc à lui, pas de PNG transparent",
        bad: Example::Case(
            "a transparent PNG in a cell without a ground",
            "un PNG transparent dans une cellule sans fond",
        ),
        judge_mails: seen::dark_logos,
        ..rule("ACC-13", Severity::Warning, "3.3")
    },
];

/// A hit in a mail, in a story when there is one.
pub(crate) fn hit_in(
    proof: &Proof<'_>,
    sheet: &Sheet<'_>,
    story: Option<&str>,
    excerpt: &str,
    words: (Words, Words),
) -> Hit {
    let mut hit = proof.on_edition(sheet.id(), words.0, words.1);
    hit.excerpt = scan::shorten(excerpt);
    if let Place::Edition { story: place, .. } = &mut hit.place {
        *place = story.map(str::to_owned);
    }
    hit.story = story.map(str::to_owned);
    hit
}

fn says_language(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        let root = sheet.html.root_element();
        let lang = root.attr("lang").unwrap_or("");
        let expected = sheet.edition.langs.first().map_or("", |lang| proof.newsletter.language(lang).tag.as_str());
        let has_title = sheet.select("title").iter().any(|title| title.text().any(|text| !text.trim().is_empty()));
        let halves: BTreeSet<String> =
            sheet.select("[lang]").iter().filter_map(|it| it.attr("lang")).map(str::to_lowercase).collect();
        let mut say = |what: Words| {
            let hint =
                words!("look at the head of the template `edition.mjml`", "voyez le début du gabarit `edition.mjml`");
            hits.push(hit_in(proof, sheet, None, "", (what, hint)));
        };
        if !lang.eq_ignore_ascii_case(expected) {
            say(words!("<html> says lang=`{lang}`, not `{expected}`", "<html> dit lang=`{lang}`, et non `{expected}`"));
        }
        for lang in sheet.edition.langs.iter().skip(1) {
            let tag = &proof.newsletter.language(lang).tag;
            if !halves.contains(&tag.to_lowercase()) {
                say(words!("no part says lang=`{tag}`", "aucune partie ne dit lang=`{tag}`"));
            }
        }
        if !root.attr("dir").is_some_and(|dir| dir.eq_ignore_ascii_case("ltr")) {
            say(words!("<html> does not say dir=`ltr`", "<html> ne dit pas dir=`ltr`"));
        }
        if !has_title {
            say(words!("the mail has no <title>", "le message n'a pas de <title>"));
        }
    }
}

fn table_roles(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        // Headers and captions know their table; asking each of many nested tables for them would take its square.
        let owner = |element: ElementRef<'_>| {
            let mut above = element.ancestors().filter_map(ElementRef::wrap);
            above.find(|it| it.value().name() == "table").map(|table| table.id())
        };
        let headers: Vec<_> =
            sheet.select("th").into_iter().map(|it| (owner(it), it.attr("scope").is_some())).collect();
        let captions: Vec<_> = sheet.select("caption").into_iter().map(owner).collect();
        for table in sheet.select("table") {
            let own: Vec<bool> =
                headers.iter().filter(|(id, _)| *id == Some(table.id())).map(|(_, has_scope)| *has_scope).collect();
            let has_caption = captions.contains(&Some(table.id())) || table.attr("summary").is_some();
            let is_layout = table.attr("role").is_some_and(|role| matches!(role, "presentation" | "none"));
            let is_named = has_caption || (!is_layout && !own.is_empty() && is_introduced(table));
            let Some((words, severity)) = table_fault(is_layout, &own, has_caption, is_named) else { continue };
            let shown: String = table.text().flat_map(str::split_whitespace).take(8).collect::<Vec<_>>().join(" ");
            hits.push(hit_in(proof, sheet, None, &shown, words).weighing(severity));
        }
    }
}

/// Whether the line above a table of data says what it shows: a heading, `Table 1. …`, or words that end with a colon. In
/// Markdown there is no caption, and this is what is read out before the table.
fn is_introduced(table: ElementRef<'_>) -> bool {
    let mut above = table.prev_siblings().filter_map(ElementRef::wrap);
    above.next().is_some_and(|line| {
        let text: String = line.text().collect();
        let words = text.trim().to_lowercase();
        let rest = words.strip_prefix("tableau").or_else(|| words.strip_prefix("table"));
        let is_numbered =
            |rest: &str| rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || matches!(c, ':' | '.'));
        line.value().name().starts_with('h') || words.ends_with(':') || rest.is_some_and(is_numbered)
    })
}

/// What is wrong with a table whose headers have a scope, or not.
fn table_fault(
    is_layout: bool,
    headers: &[bool],
    has_caption: bool,
    is_named: bool,
) -> Option<((Words, Words), Severity)> {
    if is_layout && (!headers.is_empty() || has_caption) {
        let words = (
            words!(
                "a layout table with headers or a caption",
                "un tableau de mise en page avec des en-têtes ou une légende"
            ),
            words!("take role=presentation off a table of data", "enlevez role=presentation d'un tableau de données"),
        );
        return Some((words, Severity::Error));
    }
    if !is_layout && !is_named && !headers.is_empty() && headers.iter().all(|has_scope| *has_scope) {
        let words = (
            words!("a table of data without a caption", "un tableau de données sans légende"),
            words!(
                "say above it what the table shows, as in `Table 1. Visits by month`, or add <caption>",
                "dites au-dessus ce que montre le tableau, comme « Tableau 1. Visites par mois », ou ajoutez <caption>"
            ),
        );
        return Some((words, Severity::Warning));
    }
    if is_layout || (!headers.is_empty() && headers.iter().all(|has_scope| *has_scope)) {
        return None;
    }
    let words = (
        words!(
            "a table without role=presentation, and without headers with a scope",
            "un tableau sans role=presentation, et sans en-têtes avec un scope"
        ),
        words!(
            "add role=presentation, or <th scope=…> if it holds data",
            "ajoutez role=presentation, ou <th scope=…> s'il contient des données"
        ),
    );
    Some((words, Severity::Error))
}

/// Bold text of this size is as large as the smallest heading of a mail.
const HEADING_PX: f64 = 18.66;
/// Letters of a heading; more of them are a sentence that is set large.
const HEADING_CHARS_MAX: usize = 80;

/// Paragraphs that are headings to the eye alone: bold as a whole, short, with text below.
fn bold_headings(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static BOLD: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(r"<p>\s*<(?:strong|b)>([^<]{3,80}[^<.!?:;,\s])\s*</(?:strong|b)>\s*</p>\s*<(?:p|ul|ol)>(?:[^<]|<[^sb])")
    });
    for story in proof.issue.stories() {
        for (lang, text) in
            story.texts.iter().filter(|(_, text)| text.body.contains("<strong>") || text.body.contains("<b>"))
        {
            for found in BOLD.captures_iter(&text.body) {
                let mut hit = proof.on_story(
                    story,
                    lang,
                    words!("a heading made of bold text", "un intertitre fait de texte en gras"),
                    words!("make it a real heading", "faites-en un vrai intertitre"),
                );
                hit.excerpt = scan::shorten(&found[1]);
                hits.push(hit.weighing(Severity::Warning));
            }
        }
    }
}

/// Text as large as a heading and short, of which no tag says that it is one: a template made it a paragraph.
fn large_headings(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    let mut said = BTreeSet::new();
    for run in sheet.runs.iter().filter(|run| !run.style.in_heading && !run.style.in_link) {
        let is_large = run.style.size_px >= HEADING_PX && run.style.is_bold;
        let letters = run.text.chars().filter(|c| c.is_alphabetic()).count();
        // A day or an amount in large figures is no heading, nor is a sentence that is set large.
        let is_short =
            (3..=HEADING_CHARS_MAX).contains(&letters) && !run.text.ends_with(['.', '!', '?', ':', '»', '”']);
        if is_large && is_short && said.insert(run.text.as_str()) {
            let words = (
                words!("a heading made of large text", "un intertitre fait de gros caractères"),
                words!("make it a real heading in the template", "faites-en un vrai intertitre dans le gabarit"),
            );
            hits.push(hit_in(proof, sheet, run.story.as_deref(), &run.text, words).weighing(Severity::Warning));
        }
    }
}

fn headings(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    bold_headings(proof, hits);
    for sheet in &proof.pages {
        large_headings(proof, sheet, hits);
        let mut level = 0;
        let mut firsts = 0;
        for heading in sheet.select("h1, h2, h3, h4, h5, h6") {
            let n: usize = heading.value().name()[1..].parse().unwrap_or(1);
            let text: String = heading.text().collect();
            firsts += usize::from(n == 1);
            let words = if text.trim().is_empty()
                && heading.child_elements().all(|child| child.attr("alt").is_none_or(str::is_empty))
            {
                Some((
                    words!("a heading without words", "un titre sans mots"),
                    words!("fill it, or take it out", "remplissez-le, ou retirez-le"),
                ))
            } else if n > level + 1 {
                Some((
                    words!(
                        "a heading of level {n} after one of level {level}",
                        "un titre de niveau {n} après un titre de niveau {level}"
                    ),
                    words!("leave no level out", "ne sautez aucun niveau"),
                ))
            } else {
                None
            };
            if let Some(words) = words {
                // The author of a story mends its own headings.
                let is_it = |placed: &&crate::check::html::sheet::Placed<'_>| {
                    placed.block.tag.ends_with(&heading.value().name()[1..]) && placed.block.text.trim() == text.trim()
                };
                let story = sheet.blocks.iter().find(is_it).and_then(|placed| placed.story.as_deref());
                hits.push(hit_in(proof, sheet, story, text.trim(), words));
            }
            level = n;
        }
        if firsts != 1 && firsts != sheet.edition.langs.len() {
            let words = (
                words!("{firsts} headings of level 1", "{firsts} titres de niveau 1"),
                words!("one for each language", "un par langue"),
            );
            hits.push(hit_in(proof, sheet, None, "", words));
        }
    }
}

fn link_words(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        let mut before: Option<(String, bool)> = None;
        for link in sheet.select("a[href]") {
            let href = link.attr("href").unwrap_or("");
            let text: String = link.text().collect();
            let images: Vec<_> = link.descendent_elements().filter(|it| it.value().name() == "img").collect();
            let has_words = !text.trim().is_empty()
                || images.iter().any(|image| image.attr("alt").is_some_and(|alt| !alt.trim().is_empty()))
                || link.attr("aria-label").is_some();
            let is_image = text.trim().is_empty() && !images.is_empty();
            if !has_words {
                let words = (
                    words!("a link without words to `{href}`", "un lien sans mots vers `{href}`"),
                    words!("write what it leads to", "écrivez où il mène"),
                );
                hits.push(hit_in(proof, sheet, None, href, words));
            }
            if before.as_ref().is_some_and(|(other, was_image)| other == href && *was_image != is_image) {
                let words = (
                    words!(
                        "a picture and the words beside it are two links to `{href}`",
                        "une image et les mots voisins sont deux liens vers `{href}`"
                    ),
                    words!("make them one link", "faites-en un seul lien"),
                );
                hits.push(hit_in(proof, sheet, None, href, words).weighing(Severity::Warning));
            }
            before = Some((href.to_owned(), is_image));
        }
        let mut said = BTreeSet::new();
        for run in sheet.runs.iter().filter(|run| is_bare_link(run)) {
            if said.insert(run.style.ink.0) {
                let words = (
                    words!("a link is told by its colour alone", "un lien ne se reconnaît qu'à sa couleur"),
                    words!("underline it", "soulignez-le"),
                );
                hits.push(hit_in(proof, sheet, run.story.as_deref(), &run.text, words).weighing(Severity::Warning));
            }
        }
    }
}

/// A link in running text that is not underlined; a button has a ground of its own.
fn is_bare_link(run: &Run) -> bool {
    run.style.in_link
        && !run.style.is_underlined
        && contrast(run.style.ground, crate::check::html::contrast::Colour::WHITE) < 1.5
}

fn jumps(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        let ids: BTreeSet<&str> = sheet.select("[id]").iter().filter_map(|it| it.attr("id")).collect();
        let names: BTreeSet<&str> = sheet.select("a[name]").iter().filter_map(|it| it.attr("name")).collect();
        let mut said = BTreeSet::new();
        let links: Vec<&Link> = sheet.blocks.iter().flat_map(|placed| &placed.block.links).collect();
        for link in links.iter().filter(|link| link.href == "#") {
            let words = (
                words!("a link that leads nowhere", "un lien qui ne mène nulle part"),
                words!("give it its address, or take it out", "donnez-lui son adresse, ou retirez-le"),
            );
            hits.push(hit_in(proof, sheet, None, &link.text, words));
        }
        for target in links.iter().filter_map(|link| link.href.strip_prefix('#')).filter(|target| !target.is_empty()) {
            if (!ids.contains(target) || !names.contains(target)) && said.insert(target) {
                let words = (
                    words!(
                        "the jump to `#{target}` has no `id` or no `<a name>` to land on",
                        "le lien vers `#{target}` n'a pas d'`id` ou de `<a name>` où aboutir"
                    ),
                    words!(
                        "put id=`{target}` and an empty <a name=`{target}`> at its target",
                        "mettez id=`{target}` et un <a name=`{target}`> vide à la cible"
                    ),
                );
                hits.push(hit_in(proof, sheet, None, target, words));
            }
        }
    }
}

fn spacers(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        let empty = sheet.blocks.iter().filter(|placed| {
            placed.is_shown
                && !placed.block.text.is_empty()
                && placed.block.text.chars().all(|c| matches!(c, '\u{a0}' | ' ' | '\n'))
        });
        let n = empty.count();
        if n > 0 {
            let words = (
                words!(
                    "{n} blocks hold nothing but a no-break space",
                    "{n} blocs ne contiennent qu'une espace insécable"
                ),
                words!("make space with padding", "créez l'espace avec du remplissage (padding)"),
            );
            hits.push(hit_in(proof, sheet, None, "", words));
        }
        let css = without_comments(&sheet.style);
        let is_moved = css.contains("@keyframes")
            || sheet.select("[style*=\"animation\"]").iter().any(|it| {
                it.attr("style").is_some_and(|style| style.contains("animation:") || style.contains("animation-name"))
            });
        let plays = !sheet.select("[autoplay], [loop]").is_empty();
        if is_moved || plays {
            let words = (
                words!("something moves or plays by itself", "quelque chose bouge ou joue de soi-même"),
                words!("let it stand still", "laissez-le immobile"),
            );
            hits.push(hit_in(proof, sheet, None, "", words));
        }
        for moving in sheet.select("marquee, blink") {
            let words = (
                words!("words that move or blink", "des mots qui bougent ou clignotent"),
                words!("let them stand still", "laissez-les immobiles"),
            );
            hits.push(hit_in(proof, sheet, None, &moving.text().collect::<String>(), words));
        }
        for image in sheet.select("img") {
            let src = image.attr("src").unwrap_or("");
            let is_gif = src.to_lowercase().split('?').next().is_some_and(|src| src.to_lowercase().ends_with(".gif"));
            let name = src.to_lowercase().rsplit('/').next().unwrap_or("").to_owned();
            let is_spacer = ["spacer", "blank", "transparent", "pixel", "clear", "espace", "vide"]
                .iter()
                .any(|start| name.starts_with(start));
            // A point is a counter, and SND-07's; a line makes space.
            let side = |name: &str| image.attr(name).and_then(|px| px.trim().parse::<u32>().ok());
            let is_thin =
                matches!((side("width"), side("height")), (Some(0..=2), Some(3..)) | (Some(3..), Some(0..=2)));
            let is_spacer = is_spacer || (is_thin && image.attr("alt").is_none_or(|alt| alt.trim().is_empty()));
            let is_gif = is_gif || is_moving_part(sheet, src);
            if is_spacer {
                let words = (
                    words!("a picture that only makes space", "une image qui ne sert qu'à créer de l'espace"),
                    words!("make space with padding", "créez l'espace avec du remplissage (padding)"),
                );
                hits.push(hit_in(proof, sheet, None, src, words));
            } else if is_gif {
                let words = (
                    words!("a GIF, which may move", "une image GIF, qui peut bouger"),
                    words!("use PNG or JPEG", "utilisez PNG ou JPEG"),
                );
                hits.push(hit_in(proof, sheet, None, src, words));
            }
        }
    }
}

/// Whether a picture that travels with the mail is a GIF of several frames: each has a graphic control extension.
fn is_moving_part(sheet: &Sheet<'_>, src: &str) -> bool {
    let part = src.strip_prefix("cid:").and_then(|cid| sheet.edition.parts.iter().find(|part| part.cid == cid));
    part.is_some_and(|part| {
        part.bytes.starts_with(b"GIF8")
            && part.bytes.windows(3).filter(|three| *three == [0x21, 0xf9, 0x04]).count() > 1
    })
}
