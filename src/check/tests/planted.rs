//! Faults of a mail as templates, other programs and hurried hands make them: planted by what the rules say, one for each
//! thing they name, in the finished HTML, its text part and its headers.

use super::seeded::At::{Header, Html, Plain, Preheader, Subject};
use super::seeded::assert_told;

const AT: &str = "<h2>";
const OPEN: &str = "<html lang=\"en-CA\" dir=\"ltr\">";

#[test]
fn what_hides_a_mail_from_some_readers_is_found() {
    assert_told(&[
        ("en", Html, OPEN, "<html lang=\"en\" dir=\"ltr\">", "ACC-01"),
        ("en", Html, OPEN, "<html lang=\"en-CA\" dir=\"rtl\">", "ACC-01"),
        ("en", Html, OPEN, "<html lang=\"en-CA\">", "ACC-01"),
        ("en", Html, "<title>News</title>", "<title> </title>", "ACC-01"),
        ("en", Html, AT, "<table role=\"presentation\"><tr><th>Date</th></tr></table><h2>", "ACC-03"),
        (
            "en",
            Html,
            AT,
            "<table role=\"presentation\"><caption>Dates</caption><tr><td>May</td></tr></table><h2>",
            "ACC-03",
        ),
        ("en", Html, AT, "<table border=\"0\"><tr><td>Left</td><td>Right</td></tr></table><h2>", "ACC-03"),
        ("en", Html, AT, "<table><tr><th>Date</th></tr><tr><td>May</td></tr></table><h2>", "ACC-03"),
        ("en", Html, AT, "<img src=\"cid:x@example.ca\" width=\"300\" height=\"90\"><h2>", "ACC-04"),
        (
            "en",
            Html,
            AT,
            "<img alt=\"IMG_2041.jpg\" src=\"cid:x@example.ca\" width=\"300\" height=\"90\"><h2>",
            "ACC-04",
        ),
        (
            "en",
            Html,
            AT,
            "<img alt=\"Picture of a table\" src=\"cid:x@example.ca\" width=\"300\" height=\"90\"><h2>",
            "ACC-04",
        ),
        ("en", Html, AT, "<h1>Once more</h1><h2>", "ACC-05"),
        ("en", Html, "<h3>", "<h4>Skipped</h4><h3>", "ACC-05"),
        ("en", Html, AT, "<h2></h2><h2>", "ACC-05"),
        ("en", Html, AT, "<div style=\"background:#999\"><p style=\"color:#fff\">Pale</p></div><h2>", "ACC-06"),
        ("en", Html, AT, "<p><font color=\"#aaaaaa\">Pale</font></p><h2>", "ACC-06"),
        ("en", Html, AT, "<p style=\"color:hsl(0,0%,70%)\">Pale</p><h2>", "ACC-06"),
        ("en", Html, AT, "<p style=\"color:rgba(0,0,0,0.3)\">Pale</p><h2>", "ACC-06"),
        ("en", Html, AT, "<p style=\"opacity:0.3\">Pale</p><h2>", "ACC-06"),
        ("en", Html, AT, "<p style=\"font-size:24px;color:#a8a8a8\">Large and pale</p><h2>", "ACC-06"),
        ("en", Html, AT, "<p style=\"color:silver\">Pale</p><h2>", "ACC-06"),
        (
            "en",
            Html,
            AT,
            "<p><a style=\"background-color:#8af;color:#ffffff;padding:4px\" href=\"https://example.ca/en/go\">Pale button</a></p><h2>",
            "ACC-06",
        ),
        (
            "en",
            Html,
            AT,
            "<table role=\"presentation\" bgcolor=\"#ffff00\"><tr><td style=\"color:#ffffff\">Pale</td></tr></table><h2>",
            "ACC-06",
        ),
        ("en", Html, "</style>", "@media (prefers-color-scheme: dark){h2{color:#333333!important}}</style>", "ACC-06"),
        ("en", Html, AT, "<p style=\"font-size:11px\">Small words that nobody reads on a phone</p><h2>", "ACC-07"),
        ("en", Html, AT, "<p style=\"font-size:9pt\">Small words that nobody reads on a phone</p><h2>", "ACC-07"),
        ("en", Html, AT, "<p style=\"font-size:x-small\">Small words that nobody reads on a phone</p><h2>", "ACC-07"),
        ("en", Html, AT, "<p style=\"line-height:1.1\">Lines that stand on one another in the mail</p><h2>", "ACC-07"),
        ("en", Html, AT, "<p align=\"justify\">Words with rivers of white between them in the mail</p><h2>", "ACC-07"),
        ("en", Html, AT, "<p><a href=\"https://example.ca/en/a\"> </a>Nothing</p><h2>", "ACC-08"),
        (
            "en",
            Html,
            AT,
            "<p><a href=\"https://example.ca/en/a\"><img alt=\"\" src=\"cid:x@example.ca\" width=\"30\" height=\"9\"></a></p><h2>",
            "ACC-08",
        ),
        (
            "en",
            Html,
            AT,
            "<p>See <a style=\"text-decoration:none\" href=\"https://example.ca/en/a\">the page of the network</a></p><h2>",
            "ACC-08",
        ),
        ("en", Html, AT, "<div style=\"float:right\">Second</div><h2>", "ACC-09"),
        ("en", Html, AT, "<p><a href=\"#top\">Back to the top</a></p><h2>", "ACC-10"),
        ("en", Html, AT, "<p><a href=\"#x\">To x</a></p><div id=\"x\">X</div><h2>", "ACC-10"),
        ("en", Plain, "Writing for screen readers", "Writing", "ACC-11"),
        ("en", Plain, "A plain welcome", "A plain welcome<br>", "ACC-11"),
        ("en", Plain, "A plain welcome", "A plain welcome &amp; more", "ACC-11"),
        ("en", Html, AT, "<table role=\"presentation\"><tr><td>&nbsp;</td></tr></table><h2>", "ACC-12"),
        (
            "en",
            Html,
            AT,
            "<img alt=\"\" src=\"https://example.ca/spacer.png\" width=\"600\" height=\"10\"><h2>",
            "ACC-12",
        ),
        ("en", Html, "</style>", "@keyframes a{from{color:#111}}</style>", "ACC-12"),
        ("en", Html, AT, "<marquee>News</marquee><h2>", "ACC-12"),
    ]);
}

#[test]
fn what_mail_programs_drop_or_change_is_found() {
    assert_told(&[
        ("en", Html, AT, "<div style=\"width:calc(100% - 20px)\">Words</div><h2>", "CLI-02"),
        ("en", Html, AT, "<div style=\"display:inline-grid\">Words</div><h2>", "CLI-02"),
        ("en", Html, AT, "<p style=\"font-size:clamp(16px,2vw,20px)\">Words</p><h2>", "CLI-02"),
        ("en", Html, AT, "<p style=\"color:var(--ink)\">Words</p><h2>", "CLI-02"),
        ("en", Html, AT, "<p style=\"font-size:1.25rem\">Words</p><h2>", "CLI-02"),
        ("en", Html, AT, "<div style=\"position:sticky;top:0\">Words</div><h2>", "CLI-02"),
        ("en", Html, AT, "<form action=\"https://example.ca\"><input name=\"a\"></form><h2>", "CLI-02"),
        ("en", Html, AT, "<iframe src=\"https://example.ca\"></iframe><h2>", "CLI-02"),
        ("en", Html, AT, "<video src=\"https://example.ca/a.mp4\"></video><h2>", "CLI-02"),
        ("en", Html, AT, "<p onclick=\"go()\">Words</p><h2>", "CLI-02"),
        ("en", Html, AT, "<svg width=\"9\" height=\"9\"></svg><h2>", "CLI-02"),
        ("en", Html, "</style>", "@import url(https://example.ca/a.css);</style>", "CLI-02"),
        ("en", Html, "</style>", ".a{background-image:url(https://example.ca/a.png)}</style>", "CLI-02"),
        ("en", Html, "</head>", "<link rel=\"stylesheet\" href=\"https://example.ca/a.css\"></head>", "CLI-02"),
        (
            "en",
            Html,
            AT,
            "<img alt=\"A chart\" src=\"https://example.ca/a.svg\" width=\"30\" height=\"9\"><h2>",
            "CLI-03",
        ),
        (
            "en",
            Html,
            AT,
            "<img alt=\"A chart\" src=\"https://example.ca/a.webp?v=2\" width=\"30\" height=\"9\"><h2>",
            "CLI-03",
        ),
        (
            "en",
            Html,
            AT,
            "<img alt=\"A chart\" src=\"http://example.ca/a.png\" width=\"30\" height=\"9\"><h2>",
            "CLI-03",
        ),
        ("en", Html, AT, "<img alt=\"A chart\" src=\"https://example.ca/a.png\" width=\"30\"><h2>", "CLI-03"),
        ("en", Html, AT, "<div style=\"width:720px\">Wide</div><h2>", "CLI-04"),
        ("en", Html, "<!--[if mso]>", "<!--[if lte ie 8]>", "CLI-04"),
        ("en", Preheader, "Screen readers, a plain welcome, and a date to keep in January", "News inside", "CLI-05"),
        (
            "en",
            Preheader,
            "and a date to keep in January",
            "and a date to keep in January, with a map of the building, a list of rooms and the names of everybody who speaks",
            "CLI-05",
        ),
        ("en", Subject, "News for communicators", "News for communicators ", "CLI-06"),
        ("en", Subject, "News for communicators", "News for communicators \u{1f4e3}", "CLI-06"),
        ("en", Subject, "News for communicators", "Last chance! News for communicators", "CLI-06"),
        (
            "en",
            Subject,
            "News for communicators",
            "News for communicators, with all that happened in the community in the month of December",
            "CLI-06",
        ),
        ("en", Html, AT, "<p style=\"font-family:Lato\">Words</p><h2>", "CLI-07"),
        ("en", Html, AT, "<p style=\"font:16px/1.5 'Noto Sans'\">Words</p><h2>", "CLI-07"),
        ("en", Html, AT, "<p>Words\u{0}</p><h2>", "CLI-08"),
        ("en", Header, "info@example.ca", "info@example.ca\r\nBcc: x@example.ca", "CLI-08"),
    ]);
}

#[test]
fn what_the_law_and_readers_privacy_ask_for_is_missed_when_it_is_not_there() {
    assert_told(&[
        ("en", Html, ", Treasury Board of Canada Secretariat</p>", "</p>", "SND-01"),
        ("fr", Plain, "Bureau de la collectivité des communications", "", "SND-01"),
        ("fr", Html, ">Se désabonner</a>", "></a>", "SND-02"),
        ("en", Plain, "https://slot.invalid/unsubscribe", "", "SND-02"),
        (
            "en",
            Html,
            "https://slot.invalid/preferences\">Change language",
            "https://example.ca\">Change language",
            "SND-02",
        ),
        (
            "en",
            Html,
            AT,
            "<img alt=\"\" src=\"https://example.ca/logo.png?u=123\" width=\"1\" height=\"1\"><h2>",
            "SND-07",
        ),
        (
            "en",
            Html,
            AT,
            "<p><a href=\"https://example.ca/en/a?recipient=someone\">The page of the network</a></p><h2>",
            "SND-07",
        ),
        (
            "en",
            Html,
            AT,
            "<p><a href=\"https://go.example.ca/r?id=7&amp;to=https%3A%2F%2Fexample.ca%2Fen%2F\">The page of the network</a></p><h2>",
            "SND-07",
        ),
        ("en", Header, "<news-en.example.ca>", "", "SND-08"),
        ("en", Html, AT, "<p><a href=\"https://example.ca/en/a\">here</a></p><h2>", "LNK-01"),
        (
            "en",
            Html,
            AT,
            "<p><a href=\"https://www.canada.ca/fr/page.html\">The page of the network</a></p><h2>",
            "LNK-03",
        ),
        ("en", Html, AT, "<p><a href=\"https://example.ca/en/a.\">The page of the network</a></p><h2>", "LNK-10"),
        ("en", Html, ">Français</a>", ">Other language</a>", "BIL-13"),
    ]);
}
