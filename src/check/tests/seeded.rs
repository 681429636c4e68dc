//! One slip at a time in a right issue: its rule finds it, and no other rule cries out beyond the companion named.

use super::super::sample::{Sample, clean, lang};
use super::{STORY_EN, STORY_FR, heavy, shown};
use crate::model::{Edition, EditionId, Text};

/// Where a slip is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Title,
    Summary,
    Body,
    Subject,
    Preheader,
    Opening,
    /// The alternative text of the picture.
    Alt,
    /// The finished mail of this language.
    Html,
    /// Its text part.
    Plain,
    /// Its headers.
    Header,
}
use self::At::{Alt, Body, Header, Html, Opening, Plain, Preheader, Subject, Summary, Title};

/// Language, place, what stands there (nothing: at its beginning), what comes instead, the rule, and which others may
/// speak.
type Slip<'a> = (&'a str, At, &'a str, &'a str, &'a str, &'a [&'a str]);

const SUMMARY_EN: &str = "The network shares 3 short guides for writers.";
const SUMMARY_FR: &str = "Le réseau met en commun 3\u{a0}guides courts pour les rédacteurs.";

/// The right issue: a story with everything in it, an event, a picture.
pub(super) fn right() -> Sample {
    let mut sample = clean();
    for (index, (key, summary, body)) in
        [("en", SUMMARY_EN, STORY_EN), ("fr", SUMMARY_FR, STORY_FR)].into_iter().enumerate()
    {
        let story = &mut sample.issue.sections[0].stories[0];
        let text: &mut Text = story.texts.get_mut(&lang(key)).unwrap();
        body.clone_into(&mut text.body);
        summary.clone_into(&mut text.summary);
        if index == 0 {
            story.image = Some(crate::model::Image {
                src: "stories/a.jpg".into(),
                alt: super::super::sample::texts("Two people read a guide", "Deux personnes lisent un guide"),
                credit: None,
                permission: None,
            });
        }
    }
    sample
}

fn put(text: &mut String, from: &str, to: &str) {
    assert!(text.contains(from), "{from} is not in {text}");
    *text = text.replacen(from, to, 1);
}

/// What is said after a slip.
fn findings((key, at, from, to, ..): Slip<'_>) -> Vec<crate::model::Finding> {
    let mut sample = right();
    let key = lang(key);
    {
        let issue = &mut sample.issue;
        let story = &mut issue.sections[0].stories[0];
        match at {
            Title => put(&mut story.texts.get_mut(&key).unwrap().title, from, to),
            Summary => put(&mut story.texts.get_mut(&key).unwrap().summary, from, to),
            Body => put(&mut story.texts.get_mut(&key).unwrap().body, from, to),
            Alt => put(story.image.as_mut().unwrap().alt.get_mut(&key).unwrap(), from, to),
            Subject => put(issue.subject.get_mut(&key).unwrap(), from, to),
            Preheader => put(issue.preheader.get_mut(&key).unwrap(), from, to),
            Opening => put(issue.opening.get_mut(&key).unwrap(), from, to),
            Html | Plain | Header => {}
        }
    }
    let mut editions = sample.editions();
    let edition: &mut Edition = editions.iter_mut().find(|it| it.id == EditionId::of(&key)).unwrap();
    match at {
        Html => put(&mut edition.html, from, to),
        Plain => put(&mut edition.text, from, to),
        Header => put(&mut edition.headers.iter_mut().find(|(_, value)| value.contains(from)).unwrap().1, from, to),
        _ => {}
    }
    super::super::check(&sample.issue, &editions, &sample.newsletter, &sample.evidence)
}

/// What is said when these words of the right issue become others.
pub(super) fn changed(key: &str, at: At, from: &str, to: &str) -> Vec<crate::model::Finding> {
    findings((key, at, from, to, "", &[]))
}

fn assert_found(slips: &[Slip<'_>]) {
    let calm = heavy(right().findings());
    assert!(calm.is_empty(), "{}", shown(&calm));
    let mut wrong: Vec<String> = Vec::new();
    for slip in slips {
        let (key, _, from, to, rule, companions) = *slip;
        let all = findings(*slip);
        let is_found = all.iter().any(|it| it.rule == rule);
        let mut others = heavy(all);
        others.retain(|it| it.rule != rule && !companions.contains(&it.rule.as_str()));
        if !is_found || !others.is_empty() {
            let found = if is_found { "found" } else { "NOT FOUND" };
            wrong.push(format!("{rule} {key} {from:?} → {to:?}: {found}\n{}", shown(&others)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn slips_of_parity_are_found() {
    assert_found(&[
        ("fr", Body, "10\u{a0}février 2027", "12\u{a0}février 2027", "BIL-07", &[]),
        ("fr", Body, "10\u{a0}h à", "9\u{a0}h à", "BIL-07", &[]),
        ("fr", Body, "12,5\u{a0}%", "15,2\u{a0}%", "BIL-07", &[]),
        ("en", Body, "$2.5 million", "$25 million", "BIL-07", &[]),
        ("en", Body, "613-555-0199", "613-555-0191", "BIL-07", &[]),
        ("en", Body, "14 capitals", "41 capitals", "BIL-07", &[]),
        ("fr", Summary, "3\u{a0}guides", "4\u{a0}guides", "BIL-07", &[]),
        ("en", Title, "A plain welcome", "A plain welcome to 25 people", "BIL-07", &["BIL-08"]),
        ("fr", Subject, "Des nouvelles", "Douze nouvelles", "BIL-07", &[]),
        ("fr", Opening, "décembre", "janvier 2027", "BIL-07", &[]),
        ("fr", Body, "<li>Comment planifier</li><li>Comment mettre à l'essai</li>", "", "BIL-05", &["BIL-08"]),
        (
            "fr",
            Body,
            "<h3>Ce que vous apprendrez</h3>",
            "<h3>Un</h3><p>Oui.</p><h3>Deux</h3><p>Oui.</p><h3>Trois</h3>",
            "BIL-05",
            &["BIL-07"],
        ),
        (
            "fr",
            Body,
            "<a href=\"https://www.canada.ca/fr/guide.html\">guide du langage clair</a>",
            "guide du langage clair",
            "BIL-06",
            &[],
        ),
        (
            "fr",
            Body,
            "<a href=\"mailto:info@example.ca\">info@example.ca</a>",
            "<a href=\"mailto:aide@example.ca\">aide@example.ca</a>",
            "BIL-07",
            &["BIL-06"],
        ),
        ("fr", Summary, SUMMARY_FR, "The network shares 3 short guides for writers.", "BIL-10", &["BIL-09"]),
        (
            "fr",
            Title,
            "Un accueil en toute simplicité",
            "What is new in the community and for the team",
            "BIL-09",
            &["BIL-08", "BIL-10"],
        ),
        (
            "fr",
            Subject,
            "Des nouvelles pour les communicateurs",
            "What is new for all of you this month",
            "BIL-11",
            &["BIL-09"],
        ),
        ("en", Subject, "News for communicators", "Des nouvelles pour les gens de chez nous", "BIL-11", &["BIL-09"]),
        (
            "fr",
            Preheader,
            "Des lecteurs d'écran, un accueil simple et une date à retenir en janvier",
            "Screen readers, a plain welcome, and a date to keep for January",
            "BIL-11",
            &["BIL-09", "BIL-10"],
        ),
        ("fr", Alt, "Deux personnes lisent un guide", "Two people read a guide", "BIL-14", &[]),
        ("en", Alt, "Two people read a guide", "Deux personnes lisent un guide", "BIL-14", &[]),
        ("fr", Alt, "Deux personnes lisent un guide", "", "BIL-14", &[]),
        ("fr", Body, "Le réseau du langage clair", "Le CCO", "BIL-16", &[]),
    ]);
}

#[test]
fn slips_of_french_typography_are_found() {
    assert_found(&[
        ("fr", Title, "Un accueil en", "Un accueil , en", "TYP-01", &[]),
        ("fr", Summary, "rédacteurs.", "rédacteurs .", "TYP-01", &[]),
        ("fr", Subject, "Des nouvelles", "Des nouvelles ,", "TYP-01", &[]),
        ("fr", Opening, "décembre.", "décembre .", "TYP-01", &[]),
        ("fr", Alt, "un guide", "un guide .", "TYP-01", &[]),
        ("fr", Body, "Plus de", "À noter: plus de", "TYP-02", &[]),
        ("fr", Body, "Plus de", "À noter : plus de", "TYP-02", &[]),
        ("fr", Body, "sans frais.", "sans frais !", "TYP-03", &[]),
        ("fr", Body, "sans frais.", "sans frais\u{a0}?", "TYP-03", &[]),
        ("fr", Body, "sans frais.", "sans frais ; venez.", "TYP-03", &[]),
        ("fr", Body, "langage clair", "\u{201c}langage clair\u{201d}", "TYP-04", &[]),
        ("fr", Body, "langage clair", "\"langage clair\"", "TYP-04", &[]),
        ("fr", Body, "langage clair", "«langage clair»", "TYP-04", &[]),
        ("fr", Body, "langage clair", "«\u{a0}langage clair", "TYP-04", &[]),
        ("fr", Body, "12,5\u{a0}%", "12,5%", "TYP-05", &[]),
        ("fr", Body, "2,5\u{a0}M$", "$2,5 millions", "TYP-05", &[]),
        ("fr", Body, "2,5\u{a0}M$", "2,5M$", "TYP-05", &[]),
        ("fr", Summary, "Le réseau", "L' essentiel du réseau", "TYP-06", &[]),
        ("fr", Body, "à l'essai", "à l 'essai", "TYP-06", &[]),
        ("fr", Body, "à l'essai", "à l’ essai", "TYP-06", &[]),
        ("fr", Body, "10\u{a0}février 2027", "10\u{a0}Février 2027", "TYP-07", &[]),
        ("fr", Body, "10\u{a0}février 2027", "février 10, 2027", "TYP-07", &[]),
        ("fr", Body, "le 10\u{a0}février 2027", "le Mercredi 10\u{a0}février 2027", "TYP-07", &[]),
        ("fr", Body, "10\u{a0}février 2027", "10/02/2027", "TYP-07", &["BIL-07"]),
        ("fr", Body, "de 10\u{a0}h à", "de 10h à", "TYP-08", &[]),
        ("fr", Body, "11\u{a0}h\u{a0}30", "11\u{a0}h30", "TYP-08", &[]),
        ("fr", Body, "11\u{a0}h\u{a0}30", "11:30 am", "TYP-08", &[]),
        ("fr", Body, "4\u{a0}000", "4.000", "TYP-09", &["BIL-07"]),
        ("fr", Body, "12,5\u{a0}%", "12.5\u{a0}%", "TYP-09", &[]),
        ("fr", Body, "2,5\u{a0}M$", "2.5\u{a0}M$", "TYP-09", &[]),
        ("fr", Body, "de 10\u{a0}h à 11\u{a0}h\u{a0}30", "10\u{a0}h - 11\u{a0}h\u{a0}30", "TYP-10", &[]),
        ("fr", Body, "de 10\u{a0}h à 11\u{a0}h\u{a0}30", "10\u{a0}h\u{2013}11\u{a0}h\u{a0}30", "TYP-10", &["BIL-07"]),
        ("fr", Body, "Trois collègues", "Trois collègues de 1ère année", "TYP-11", &["BIL-07"]),
        ("fr", Body, "Trois collègues", "Pour la 2ème fois, trois collègues", "TYP-11", &["BIL-07"]),
        ("fr", Body, "Écrivez", "Ecrivez", "TYP-12", &[]),
        ("fr", Body, "Plus de", "A noter\u{a0}: plus de", "TYP-12", &[]),
        ("fr", Title, "Un accueil", "Etats généraux et accueil", "TYP-12", &["BIL-08"]),
        ("fr", Body, "Écrivez à", "Envoyez un e-mail à", "TYP-13", &[]),
        ("fr", Body, "sans frais", "sans frais (p. ex. en ligne)", "TYP-13", &[]),
        ("fr", Body, "sans frais", "sans frais, repas, etc...", "TYP-13", &[]),
        ("fr", Summary, "Le réseau", "La newsletter du réseau", "TYP-13", &[]),
        (
            "fr",
            Body,
            "<li>Comment planifier</li><li>Comment mettre à l'essai</li>",
            "<li>planifier;</li><li>mettre à l'essai</li>",
            "TYP-14",
            &["BIL-08"],
        ),
        ("fr", Title, "Un accueil en toute simplicité", "Un accueil en toute simplicité.", "TYP-15", &[]),
        ("fr", Title, "Un accueil en toute simplicité", "Un accueil en toute simplicité!", "TYP-15", &[]),
        ("fr", Title, "Un accueil en toute simplicité", "UN ACCUEIL EN TOUTE SIMPLICITÉ", "TYP-15", &[]),
        ("fr", Body, "sans frais", "sans\u{200b}frais", "TYP-16", &[]),
        ("fr", Body, ", sans frais", " — sans frais", "TYP-16", &[]),
        ("fr", Body, "réunit", "réu\u{ad}nit", "TYP-16", &[]),
    ]);
}

#[test]
fn slips_of_english_style_are_found() {
    assert_found(&[
        ("en", Title, "A plain welcome", "A plain welcome.", "STY-01", &[]),
        ("en", Title, "A plain welcome", "A plain welcome!", "STY-01", &[]),
        ("en", Title, "A plain welcome", "A plain welcome?", "STY-01", &[]),
        ("en", Title, "A plain welcome", "A PLAIN WELCOME", "STY-01", &[]),
        (
            "en",
            Title,
            "A plain welcome",
            "How Three Colleagues Made A Short Page And A Long Report",
            "STY-01",
            &["BIL-08", "BIL-07"],
        ),
        (
            "en",
            Body,
            "<h3>What you will learn</h3>",
            "<h3>What you will learn</h3><h3>And how</h3>",
            "STY-02",
            &["ACC-05"],
        ),
        ("en", Body, "February 10, 2027", "10 February 2027", "STY-03", &[]),
        ("en", Body, "February 10, 2027", "February 10 2027", "STY-03", &[]),
        ("en", Body, "February 10, 2027", "the 10th of February, 2027", "STY-03", &[]),
        ("en", Body, "10 am to 11:30 am", "10:00 am to 11:30 am", "STY-04", &[]),
        ("en", Body, "10 am to 11:30 am", "10 AM to 11:30 AM", "STY-04", &[]),
        ("en", Body, "from 10 am to 11:30 am", "10 am-11:30 am", "STY-04", &[]),
        ("en", Body, "Write to", "Send an e-mail to", "STY-05", &[]),
        ("en", Body, "colleagues explain", "colleagues organise a talk on", "STY-05", &[]),
        ("en", Summary, "for writers", "for your favorite writers", "STY-05", &[]),
        ("en", Title, "A plain welcome", "A web site for all", "STY-05", &[]),
        ("en", Body, "12.5%", "12.5 percent", "STY-06", &[]),
        ("en", Body, "at no cost", "at no cost, i.e. free", "STY-06", &[]),
        ("en", Body, "at no cost", "at no cost & with lunch", "STY-06", &[]),
        ("en", Body, "may join", "couldn't join", "STY-07", &[]),
        ("en", Body, "may join", "mustn't miss it and may join", "STY-07", &[]),
        ("en", Summary, "The network", "It'll be good: the network", "STY-07", &[]),
        ("en", Body, "Three colleagues", "Three QVRT colleagues", "STY-08", &[]),
        ("fr", Body, "Trois collègues", "Trois collègues du QVRT", "STY-08", &[]),
        (
            "en",
            Body,
            "at no cost.",
            "at no cost, and anybody who has ever had to write a page that nobody read, or to read a page that nobody should have written, will find that the hour they spend with us in that room was the best hour of the whole month.",
            "STY-09",
            &["BIL-08"],
        ),
        (
            "en",
            Body,
            "They saved",
            "They met. They wrote. They read. They cut. They tested. They saved",
            "STY-09",
            &["BIL-08"],
        ),
        (
            "en",
            Body,
            "<li>How to plan</li>",
            "<li>How to plan</li><li>B</li><li>C</li><li>D</li><li>E</li><li>F</li><li>G</li>",
            "STY-09",
            &["BIL-05", "BIL-08"],
        ),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn slips_in_links_are_found() {
    assert_found(&[
        ("en", Body, ">guide to plain language<", ">click here<", "LNK-01", &[]),
        ("en", Body, ">guide to plain language<", ">Learn more<", "LNK-01", &[]),
        ("en", Body, ">guide to plain language<", ">this link<", "LNK-01", &[]),
        ("fr", Body, ">guide du langage clair<", ">En savoir plus<", "LNK-01", &[]),
        ("fr", Body, ">guide du langage clair<", ">Lire la suite<", "LNK-01", &[]),
        ("fr", Body, ">guide du langage clair<", ">ici<", "LNK-01", &[]),
        (
            "en",
            Body,
            "at no cost",
            "at <a href=\"https://www.canada.ca/en/other.html\">guide to plain language</a>",
            "LNK-02",
            &["BIL-06", "BIL-08"],
        ),
        (
            "fr",
            Body,
            "https://www.canada.ca/fr/guide.html",
            "https://www.example.gc.ca/guide-eng.html",
            "LNK-03",
            &["BIL-06"],
        ),
        (
            "fr",
            Body,
            "https://www.canada.ca/fr/guide.html",
            "https://www.example.gc.ca/guide?lang=en",
            "LNK-03",
            &["BIL-06"],
        ),
        (
            "en",
            Body,
            "https://www.canada.ca/en/guide.html",
            "https://www.example.gc.ca/guide-fra.html",
            "LNK-03",
            &["BIL-06"],
        ),
        (
            "fr",
            Body,
            "<a href=\"https://www.canada.ca/fr/guide.html\">",
            "<a hreflang=\"en\" href=\"https://www.canada.ca/en/guide.html\">",
            "LNK-04",
            &["LNK-03"],
        ),
        (
            "en",
            Body,
            "https://www.canada.ca/en/guide.html",
            "https://intranet.example.gc.ca/guide",
            "LNK-05",
            &["BIL-06"],
        ),
        (
            "fr",
            Body,
            "https://www.canada.ca/fr/guide.html",
            "https://www.gcpedia.gc.ca/wiki/guide",
            "LNK-05",
            &["BIL-06"],
        ),
        (
            "fr",
            Body,
            "https://www.canada.ca/fr/guide.html",
            "https://www.canada.ca/fr/guide.docx",
            "LNK-06",
            &["BIL-06"],
        ),
        (
            "en",
            Body,
            "https://www.canada.ca/en/guide.html",
            "https://www.youtube.com/watch?v=abc",
            "LNK-06",
            &["BIL-06"],
        ),
        ("fr", Body, "https://www.canada.ca", "http://www.canada.ca", "LNK-07", &[]),
        ("en", Body, "https://www.canada.ca/en/guide.html", "https://tinyurl.com/guide", "LNK-08", &["BIL-06"]),
        ("en", Body, "https://www.canada.ca/en/guide.html", "https://192.0.2.7/guide", "LNK-08", &["BIL-06"]),
        (
            "en",
            Body,
            "https://www.canada.ca/en/guide.html",
            "https://a:b@www.example.ca/en/guide.html",
            "LNK-08",
            &["BIL-06"],
        ),
        ("en", Body, "https://www.canada.ca/en/guide.html", "ftp://www.canada.ca/en/guide.html", "LNK-08", &["BIL-06"]),
        (
            "en",
            Body,
            "https://www.canada.ca/en/guide.html",
            "https://www.canada.ca/en/guide.html?utm_source=x",
            "LNK-08",
            &["BIL-06"],
        ),
        ("en", Body, ">info@example.ca<", ">INFO@example.ca<", "LNK-09", &[]),
        ("en", Body, ">info@example.ca<", ">info@example.ca.<", "LNK-10", &[]),
        ("fr", Body, ">info@example.ca<", ">Écrivez-nous<", "LNK-09", &["BIL-07"]),
        ("fr", Body, ">guide du langage clair</a>.", ">guide du langage clair.</a>", "LNK-10", &[]),
        ("en", Body, "guide.html\"", "guide.html,\"", "LNK-10", &["BIL-06"]),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn slips_in_a_finished_mail_are_found() {
    assert_found(&[
        ("en", Html, "<html lang=\"en-CA\"", "<html lang=\"fr-CA\"", "ACC-01", &[]),
        ("en", Html, "<title>News</title>", "<title></title>", "ACC-01", &[]),
        ("fr", Html, "<html lang=\"fr-CA\"", "<html", "ACC-01", &[]),
        ("en", Html, "role=\"presentation\"", "", "ACC-03", &[]),
        (
            "en",
            Html,
            "<h3>What you will learn",
            "<img src=\"https://example.ca/a.png\" width=\"10\" height=\"10\"><h3>What you will learn",
            "ACC-04",
            &["BIL-05"],
        ),
        (
            "en",
            Html,
            "<h3>What you will learn",
            "<img alt=\"photo.jpg\" src=\"https://example.ca/a.png\" width=\"10\" height=\"10\"><h3>What you will learn",
            "ACC-04",
            &["BIL-05"],
        ),
        (
            "en",
            Html,
            "<h3>What you will learn",
            "<img alt=\"Image of two people\" src=\"https://example.ca/a.png\" width=\"10\" height=\"10\"><h3>What you will learn",
            "ACC-04",
            &["BIL-05"],
        ),
        ("en", Html, "<h2>", "<h1>Two</h1><h2>", "ACC-05", &[]),
        ("en", Html, "<h3>What you will learn</h3>", "<h5>What you will learn</h5>", "ACC-05", &[]),
        ("en", Html, "color:#333333", "color:#bbbbbb", "ACC-06", &[]),
        ("fr", Html, "a{color:#284162}", "a{color:#9ab0d0}", "ACC-06", &[]),
        ("en", Html, "color:#a8c8f0!important", "color:#284162!important", "ACC-06", &[]),
        ("en", Html, "font-size:16px", "font-size:11px", "ACC-07", &[]),
        ("en", Html, "line-height:1.5", "line-height:1.1", "ACC-07", &[]),
        ("en", Html, "font-size:16px", "text-align:justify;font-size:16px", "ACC-07", &[]),
        ("en", Html, "a{color:#284162}", "a{color:#284162;text-decoration:none}", "ACC-08", &[]),
        ("en", Html, ">guide to plain language</a>", "></a>", "ACC-08", &["BIL-06", "LNK-01"]),
        ("en", Html, "<h2>", "<p><a href=\"#nowhere\">Jump to events</a></p><h2>", "ACC-10", &[]),
        ("en", Plain, "A plain welcome", "", "ACC-11", &[]),
        ("fr", Plain, "Un accueil", "&nbsp;Un accueil", "ACC-11", &[]),
        ("en", Plain, "https://www.canada.ca/en/guide.html", "", "ACC-11", &[]),
        ("en", Html, "<h2>", "<p>&nbsp;</p><h2>", "ACC-12", &[]),
        ("en", Html, "<h2>", "<marquee>News</marquee><h2>", "ACC-12", &[]),
        ("en", Html, "<h2>", "<div style=\"display:grid\">A</div><h2>", "CLI-02", &[]),
        ("en", Html, "<h2>", "<form></form><h2>", "CLI-02", &[]),
        ("en", Html, "<h2>", "<video src=\"https://example.ca/a.mp4\"></video><h2>", "CLI-02", &[]),
        ("en", Html, "a{color:#284162}", "@import url(https://example.ca/a.css);a{color:#284162}", "CLI-02", &[]),
        ("en", Html, "font-size:16px", "margin:var(--a);font-size:16px", "CLI-02", &[]),
        (
            "en",
            Html,
            "<h3>What you will learn",
            "<img alt=\"A chart\" src=\"https://example.ca/a.svg\" width=\"10\" height=\"10\"><h3>What you will learn",
            "CLI-03",
            &["BIL-05"],
        ),
        (
            "en",
            Html,
            "<h3>What you will learn",
            "<img alt=\"A chart\" src=\"http://example.ca/a.png\" width=\"10\" height=\"10\"><h3>What you will learn",
            "CLI-03",
            &["BIL-05"],
        ),
        (
            "en",
            Html,
            "<h3>What you will learn",
            "<img alt=\"A chart\" src=\"https://example.ca/a.png\"><h3>What you will learn",
            "CLI-03",
            &["BIL-05"],
        ),
        (
            "en",
            Html,
            "<h2>",
            "<table role=\"presentation\" width=\"800\"><tr><td>A</td></tr></table><h2>",
            "CLI-04",
            &[],
        ),
        ("en", Html, "<!--[if mso]>", "<!--[if no]>", "CLI-04", &[]),
        (
            "en",
            Preheader,
            "Screen readers, a plain welcome, and a date to keep in January",
            "Screen readers and more",
            "CLI-05",
            &["BIL-08"],
        ),
        ("en", Subject, "News for communicators", "NEWS FOR COMMUNICATORS", "CLI-06", &[]),
        ("en", Subject, "News for communicators", "News for communicators!", "CLI-06", &[]),
        ("fr", Subject, "communicateurs", "communicateurs 🎉", "CLI-06", &[]),
        (
            "en",
            Subject,
            "News for communicators",
            "News for communicators and everybody else who writes for a living in Canada",
            "CLI-06",
            &["BIL-08"],
        ),
        ("en", Html, "Arial,sans-serif", "Lato", "CLI-07", &[]),
        ("en", Header, "info@example.ca", "info@example.ca\r\nBcc: x", "CLI-08", &["SND-08"]),
        ("en", Html, "Unsubscribe</a>", "</a>", "SND-02", &["ACC-08"]),
        (
            "en",
            Html,
            "<h2>",
            "<img alt=\"\" src=\"https://example.ca/o.gif?id=7\" width=\"1\" height=\"1\"><h2>",
            "SND-07",
            &["ACC-12", "BIL-05"],
        ),
        (
            "en",
            Html,
            "<h2>",
            "<img alt=\"A\" src=\"https://example.ca/o.png?token=abc\" width=\"90\" height=\"90\"><h2>",
            "SND-07",
            &["ACC-04", "BIL-05"],
        ),
        ("en", Header, "<news-nouvelles@cco-bcc.example>", "nobody", "SND-08", &[]),
        ("en", Header, "<news-en.example.ca>", "", "SND-08", &[]),
    ]);
}

/// As [`assert_found`], for slips at which other rules may well speak.
pub(super) fn assert_told(slips: &[(&'static str, At, &'static str, &'static str, &'static str)]) {
    let silent = slips.iter().filter(|(key, at, from, to, rule)| {
        let all = findings((key, *at, from, to, rule, &[]));
        !all.iter().any(|it| it.rule == *rule)
    });
    let silent: Vec<String> =
        silent.map(|(key, _, from, to, rule)| format!("{rule} {key} {from:?} → {to:?}")).collect();
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_same_slips_made_in_other_ways_are_found() {
    assert_told(&[
        ("fr", Title, "Un accueil en toute simplicité", "Upcoming learning events", "BIL-09"),
        ("fr", Title, "Un accueil en toute simplicité", "Writing for new colleagues", "BIL-09"),
        ("en", Title, "A plain welcome", "Nouvelles de la communauté", "BIL-09"),
        ("fr", Body, "Ce que vous apprendrez", "What you will learn", "BIL-09"),
        ("fr", Subject, "Des nouvelles pour les communicateurs", "News for communicators", "BIL-11"),
        ("fr", Subject, "Des nouvelles pour les communicateurs", "Upcoming learning events", "BIL-11"),
        ("fr", Alt, "Deux personnes lisent un guide", "Colleagues reading together", "BIL-14"),
        ("en", Body, "The plain language network", "The BCC", "BIL-16"),
        ("fr", Body, "sans frais.", "sans frais (oui ), merci.", "TYP-01"),
        ("fr", Body, "sans frais.", "sans frais … merci.", "TYP-01"),
        ("fr", Body, "Lisez le", "En 2027: lisez le", "TYP-02"),
        ("fr", Body, "du langage clair se", "du “« langage clair »” se", "TYP-04"),
        ("fr", Body, "sans frais", "par 20°C", "TYP-05"),
        ("fr", Body, "sans frais", "pour 10€", "TYP-05"),
        ("fr", Body, "Lisez le", "Aujourd' hui, lisez le", "TYP-06"),
        ("fr", Body, "le 10\u{a0}février 2027", "le février 10", "TYP-07"),
        ("fr", Body, "sans frais", "le 01 mars", "TYP-07"),
        ("fr", Body, "sans frais", "d'Avril à mai", "TYP-07"),
        ("fr", Body, "le 10\u{a0}février", "le mercredi, 10\u{a0}février", "TYP-07"),
        ("fr", Body, "4\u{a0}000 personnes", "4000 personnes", "TYP-09"),
        ("fr", Body, "sans frais", "pour 1500 lecteurs", "TYP-09"),
        ("fr", Body, "sans frais", "après 3.5 jours", "TYP-09"),
        ("fr", Body, "sans frais", "lundi-vendredi", "TYP-10"),
        ("fr", Body, "sans frais", "janvier–mars", "TYP-10"),
        ("fr", Body, "sans frais", "pour 10-15 %", "TYP-10"),
        ("fr", Body, "sans frais", "pour la 2è fois", "TYP-11"),
        ("fr", Body, "Lisez le", "Evidemment, lisez le", "TYP-12"),
        ("fr", Body, "Lisez le", "A Ottawa, lisez le", "TYP-12"),
        ("fr", Body, "sans frais", "sur notre blog", "TYP-13"),
        (
            "fr",
            Body,
            "<li>Comment planifier</li><li>Comment mettre à l'essai</li>",
            "<li>planifier.</li><li>mettre à l'essai.</li>",
            "TYP-14",
        ),
        ("fr", Title, "Un accueil en toute simplicité", "Nouveaux Outils Pour Rédacteurs", "TYP-15"),
        ("en", Title, "A plain welcome", "New Tools for Busy Editors", "STY-01"),
        ("en", Body, "at no cost", "in March, 2027", "STY-03"),
        ("en", Body, "at no cost", "on march 3", "STY-03"),
        ("en", Body, "at no cost", "on our Web site", "STY-05"),
        ("en", Body, "at no cost", "with a license", "STY-05"),
        ("en", Body, "at no cost", "for ½ an hour", "STY-06"),
        ("en", Body, ", at no cost", " — at no cost", "STY-06"),
        ("en", Body, "at no cost", "ten percent more", "STY-06"),
        ("en", Body, "Three colleagues", "Three TBS colleagues", "STY-08"),
        ("en", Body, "on February 10, 2027", "on Thursday, February 10, 2027", "STY-12"),
        ("en", Body, "Read the", "Register by November 15, 2026. Read the", "STY-12"),
        ("fr", Body, "Lisez le", "Inscrivez-vous d'ici le 15\u{a0}novembre 2026. Lisez le", "STY-12"),
        ("en", Html, " dir=\"ltr\"", " dir=\"rtl\"", "ACC-01"),
        ("en", Alt, "Two people read a guide", "IMG_1234", "ACC-04"),
        ("en", Alt, "Two people read a guide", "A plain welcome", "ACC-04"),
        ("en", Body, "<h3>What you will learn</h3>", "<p><strong>What you will learn</strong></p>", "ACC-05"),
        ("en", Html, "<h2>", "<p style=\"color:lightcoral\">Pale</p><h2>", "ACC-06"),
        ("en", Html, "<h2>", "<p style=\"color:hsl(0,0%,75%)\">Pale</p><h2>", "ACC-06"),
        ("en", Html, "<h2>", "<p align=\"justify\">Words that run from side to side</p><h2>", "ACC-07"),
        (
            "en",
            Html,
            "<h2>",
            "<p style=\"font:11px/1.2 Arial, sans-serif\">Small print that nobody reads without a glass</p><h2>",
            "ACC-07",
        ),
        ("en", Body, "Read the", "Click the green button. Read the", "ACC-09"),
        ("en", Html, "<h2>", "<div dir=\"rtl\">a</div><h2>", "ACC-09"),
        ("en", Html, "<h2>", "<p><a href=\"#\">Register</a></p><h2>", "ACC-10"),
        ("en", Plain, "Three colleagues explain how", "", "ACC-11"),
        ("fr", Plain, "réseau", "r&eacute;seau", "ACC-11"),
        ("fr", Plain, "réseau", "r&#xe9;seau", "ACC-11"),
        ("en", Alt, "Two people read a guide", "This photo shows two people with a guide", "ACC-04"),
        ("en", Alt, "Two people read a guide", "guide_readers", "ACC-04"),
        ("fr", Alt, "Deux personnes lisent un guide", "Cette image montre deux personnes avec un guide", "ACC-04"),
        ("en", Title, "A plain welcome", "PLAIN WORDS HELP everybody", "STY-01"),
        (
            "en",
            Html,
            "<h2>",
            "<p style=\"background:#26374a;color:rgba(255,255,255,.35)\">Light words on dark</p><h2>",
            "ACC-06",
        ),
        (
            "en",
            Html,
            "<h2>",
            "<div style=\"opacity:.4\"><p style=\"color:#333333\">Words that fade</p></div><h2>",
            "ACC-06",
        ),
        ("en", Html, "<h2>", "<p style=\"animation:a 1s\">a</p><h2>", "ACC-12"),
        (
            "en",
            Html,
            "<h2>",
            "<table role=\"presentation\" background=\"a.png\"><tr><td>a</td></tr></table><h2>",
            "CLI-02",
        ),
        ("en", Html, "<h2>", "<p onmouseout=\"x()\">a</p><h2>", "CLI-02"),
        ("en", Html, "<h2>", "<div style=\"width:800px\">a</div><h2>", "CLI-04"),
        ("en", Subject, "News", "URGENT: news", "CLI-06"),
        ("en", Subject, "communicators", "communicators →", "CLI-06"),
        ("en", Html, "<h2>", "<p style=\"font:16px Lato\">a</p><h2>", "CLI-07"),
        ("fr", Plain, "90, rue Elgin", "Ailleurs", "SND-01"),
        (
            "en",
            Html,
            "<h2>",
            "<img alt=\"A\" src=\"https://track.example.ca/open/a.png\" width=\"90\" height=\"90\"><h2>",
            "SND-07",
        ),
        ("en", Html, "<h2>", "<p style=\"background:url(https://example.ca/a.png?u=1)\">a</p><h2>", "SND-07"),
        ("en", Body, "https://www.canada.ca/en/guide.html", "https://click.example.ca/en/guide.html", "SND-07"),
        ("en", Header, "<news-en.example.ca>", "<news-fr.example.ca>", "SND-08"),
        ("en", Body, ">guide to plain language<", ">Read the guide here<", "LNK-01"),
        ("en", Body, ">guide to plain language<", ">More info<", "LNK-01"),
        ("fr", Body, "https://www.canada.ca/fr/guide.html", "https://en.example.ca/guide", "LNK-03"),
        ("fr", Body, "https://www.canada.ca/fr/guide.html", "https://example.gc.ca/guide_e.html", "LNK-03"),
        ("en", Body, "https://www.canada.ca/en/guide.html", "https://team.sharepoint.com/guide", "LNK-05"),
        (
            "fr",
            Body,
            "<a href=\"https://www.canada.ca/fr/guide.html\">guide du langage clair</a>",
            "<a href=\"https://www.canada.ca/fr/guide.pdf\">guide (PDF, 4.35 MB)</a>",
            "LNK-06",
        ),
        ("en", Body, ">guide to plain language</a>", ">(guide to plain language</a>", "LNK-10"),
    ]);
}

/// A title whose typography was mended stands in both parts as it was mended.
#[test]
fn a_mended_title_is_not_missed_in_the_text_part() {
    let mut sample = right();
    let title = &mut sample.issue.sections[0].stories[0].texts.get_mut(&lang("fr")).unwrap().title;
    put(title, "Un accueil", "Un 2ème accueil");
    let mut editions = sample.editions();
    let of = |text: &str| text.replace("2ème", "2e");
    for edition in &mut editions {
        (edition.html, edition.text) = (of(&edition.html), of(&edition.text));
    }
    let lacks = |editions: &[Edition]| {
        let found = super::super::check(&sample.issue, editions, &sample.newsletter, &sample.evidence);
        found.iter().any(|it| it.rule == "ACC-11")
    };
    assert!(!lacks(&editions));
    editions[1].text = editions[1].text.replace("Un 2e accueil", "");
    assert!(lacks(&editions));
}

/// Texts that are right, and look a little like slips: nothing is said of them that weighs.
#[test]
fn what_only_looks_like_a_slip_is_left_alone() {
    for (en, fr) in [
        ("at no cost (yes)", "sans frais (oui)"),
        ("on the 1st floor", "au 1er étage"),
        ("for $20", "pour 20\u{a0}$"),
        ("with R&amp;D", "avec la R-D"),
        ("until noon", "jusqu'à midi"),
        ("with WCAG 2.1", "avec WCAG 2.1"),
        ("in 2025 in Montréal", "en 2025 à Montréal"),
        ("(ext. 12)", "(poste 12)"),
        ("24 hours a day", "24 heures sur 24"),
        ("with “Hello!”", "avec «\u{a0}Allô!\u{a0}»"),
        ("where he said “yes”", "où «\u{a0}il a dit “oui”\u{a0}»"),
        ("from March 3 to 5", "du 3 au 5\u{a0}mars"),
        ("to 1,500 readers", "à 1\u{a0}500 lecteurs"),
        ("in 2024-25", "en 2024-2025"),
        ("with <code>alt=\"\"</code> set", "avec <code>alt=\"\"</code> défini"),
        (
            "on <a href=\"https://www.youtube.com/watch?v=a\">a film (2 minutes)</a>",
            "dans <a href=\"https://www.youtube.com/watch?v=a\">un film (2 minutes)</a>",
        ),
    ] {
        let mut sample = right();
        for (key, from, to) in [("en", "at no cost", en), ("fr", "sans frais", fr)] {
            let story = &mut sample.issue.sections[0].stories[0];
            put(&mut story.texts.get_mut(&lang(key)).unwrap().body, from, to);
        }
        let said = heavy(sample.findings());
        assert!(said.is_empty(), "{en} / {fr}\n{}", shown(&said));
    }
}
