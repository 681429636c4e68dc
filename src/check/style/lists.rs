//! Lists of a story's text, each as one: how their items end (TYP-14) and how many there are (STY-09).

use scraper::{ElementRef, Html, Selector};

use crate::check::proof::{Hit, Proof};
use crate::check::text::scan;
use crate::model::{Lang, Severity, Story};

/// Each list of a body, as the words of its own items; a list within an item is a list of its own.
pub(crate) fn lists(body: &str) -> Vec<Vec<String>> {
    if !body.contains("<li") {
        return Vec::new();
    }
    let html = Html::parse_fragment(body);
    let selector = Selector::parse("ul, ol").expect("a fixed selector");
    html.select(&selector)
        .map(|list| list.child_elements().filter(|it| it.value().name() == "li").map(own_words).collect())
        .collect()
}

/// The words of an item, less those of lists within it.
fn own_words(item: ElementRef<'_>) -> String {
    let mut words = String::new();
    for child in item.children() {
        match ElementRef::wrap(child) {
            Some(element) if matches!(element.value().name(), "ul" | "ol") => break,
            Some(element) => words.extend(element.text()),
            None => words.push_str(child.value().as_text().map_or("", |text| text)),
        }
    }
    words.trim().to_owned()
}

pub(crate) fn end_marks(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for story in proof.issue.stories() {
        for (lang, text) in story.texts.iter().filter(|(lang, _)| lang.is_french()) {
            for list in lists(&text.body) {
                if let Some(item) = odd_one(&list) {
                    hits.push(hit(proof, story, lang, item));
                } else if let Some((item, severity)) = alike_and_wrong(&list) {
                    hits.push(hit(proof, story, lang, item).weighing(severity));
                }
            }
        }
    }
}

/// The item that does not end as its list does. Items of several sentences end as sentences do, and say nothing.
fn odd_one(items: &[String]) -> Option<&str> {
    let (last, rest) = items.split_last().filter(|(_, rest)| !rest.is_empty())?;
    if items.iter().any(|item| item.is_empty() || crate::check::text::sentences::sentences(item).len() > 1) {
        return None;
    }
    let ends = |item: &str, mark: char| item.ends_with(mark);
    let semicolons = rest.iter().filter(|item| ends(item, ';')).count();
    if semicolons > 0 || ends(last, ';') {
        let is_joint = |item: &&String| ends(item, ';') || item.ends_with("; et") || item.ends_with("; ou");
        return rest
            .iter()
            .find(|item| !is_joint(item))
            .or_else(|| Some(last).filter(|item| !ends(item, '.')))
            .map(String::as_str);
    }
    if let Some(item) = items.iter().find(|item| ends(item, ',')) {
        return Some(item);
    }
    let stops = items.iter().filter(|item| ends(item, '.')).count();
    if stops == 0 || stops == items.len() {
        return None;
    }
    let is_majority = stops * 2 > items.len();
    items.iter().find(|item| ends(item, '.') != is_majority).map(String::as_str)
}

/// An item of so many words may be a phrase.
const PHRASE_WORDS_MAX: usize = 10;
/// Words with which a phrase begins: what follows is a thing, and no order to the reader.
const BEGINS_PHRASE: &[&str] = &[
    "un", "une", "des", "le", "la", "les", "l", "du", "de", "d", "ce", "cette", "ces", "votre", "vos", "notre", "nos",
    "leur", "leurs", "son", "sa", "ses", "deux", "trois", "quatre", "cinq",
];
/// Verbs that make a sentence of it, unless they stand in a part that begins with one of [`RELATIVE`].
const VERBS: &[&str] = &[
    "est",
    "sont",
    "a",
    "ont",
    "peut",
    "peuvent",
    "doit",
    "doivent",
    "sera",
    "seront",
    "fait",
    "font",
    "va",
    "vont",
    "était",
    "étaient",
    "aura",
    "auront",
    "reste",
    "restent",
    "commence",
    "permet",
    "permettent",
    "aide",
    "aident",
];
const RELATIVE: &[&str] = &["qui", "que", "qu", "où", "dont"];

/// Whether an item names something and says nothing of it: it has no verb of its own.
fn is_phrase(item: &str) -> bool {
    let lower = item.to_lowercase();
    let words: Vec<&str> =
        scan::words(&lower).map(|(_, word)| word.split(['\'', '’']).next().unwrap_or(word)).collect();
    let own: Vec<&&str> = words.iter().take_while(|word| !RELATIVE.contains(word)).collect();
    words.len() <= PHRASE_WORDS_MAX
        && words.first().is_some_and(|word| BEGINS_PHRASE.contains(word))
        && !own.iter().any(|word| VERBS.contains(word))
}

/// The first item of a list whose items all end alike, and wrong: words in lower case go on with the sentence before the
/// list and end with `;`; words with a capital stand alone and end with nothing.
fn alike_and_wrong(items: &[String]) -> Option<(&str, Severity)> {
    let (last, rest) = items.split_last().filter(|(_, rest)| !rest.is_empty())?;
    if items.iter().any(|item| item.is_empty() || crate::check::text::sentences::sentences(item).len() > 1) {
        return None;
    }
    let first = rest.first()?;
    let begins = |is: fn(char) -> bool| items.iter().all(|item| item.starts_with(is));
    let all = |mark: char| items.iter().all(|item| item.ends_with(mark));
    if items.iter().any(|item| item.ends_with(['!', '?'])) && begins(char::is_uppercase) {
        return items.iter().find(|item| item.ends_with('!')).map(|item| (item.as_str(), Severity::Info));
    }
    if begins(char::is_lowercase) && all('.') {
        return Some((first, Severity::Warning));
    }
    let has_no_mark = items.iter().all(|item| item.ends_with(char::is_alphanumeric));
    if begins(char::is_lowercase) && has_no_mark {
        return Some((first, Severity::Info));
    }
    // Phrases that stand alone end with nothing; whole sentences end as sentences do.
    if begins(char::is_uppercase) && all('.') && items.iter().all(|item| is_phrase(item)) {
        return Some((first, Severity::Warning));
    }
    (begins(char::is_uppercase) && rest.iter().all(|item| item.ends_with(';')) && last.ends_with('.'))
        .then_some((first.as_str(), Severity::Info))
}

fn hit(proof: &Proof<'_>, story: &Story, lang: &Lang, item: &str) -> Hit {
    let message = words!(
        "an item of the list does not end as the others",
        "un élément de la liste ne se termine pas comme les autres"
    );
    let hint = words!(
        "end every item with `;` and the last with a full stop, or none with a mark",
        "terminez chaque élément par `;` et le dernier par un point, ou aucun par un signe"
    );
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = flat(item);
    let passage = proof.of_story(story, lang).find(|passage| flat(&passage.block.text) == wanted);
    let mut found = match passage {
        Some(passage) => proof.at(passage, 0..passage.block.text.len(), message, hint),
        None => proof.on_story(story, lang, message, hint),
    };
    found.excerpt = scan::shorten(item);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_item_that_ends_otherwise_is_named() {
        let odd = |items: &[&str]| {
            let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
            odd_one(&items).map(str::to_owned)
        };
        assert_eq!(odd(&["lire;", "écrire;", "relire."]), None);
        assert_eq!(odd(&["Lire", "Écrire", "Relire"]), None);
        assert_eq!(odd(&["lire;", "écrire; et", "relire."]), None);
        assert_eq!(odd(&["Lisez le texte. Puis relisez-le.", "Écrivez"]), None);
        assert_eq!(odd(&["lire;", "écrire", "relire."]).as_deref(), Some("écrire"));
        assert_eq!(odd(&["lire;", "écrire;", "relire"]).as_deref(), Some("relire"));
        assert_eq!(odd(&["lire;", "écrire;", "relire;"]).as_deref(), Some("relire;"));
        assert_eq!(odd(&["Lire,", "Écrire,", "Relire"]).as_deref(), Some("Lire,"));
        assert_eq!(odd(&["Lire", "Écrire.", "Relire"]).as_deref(), Some("Écrire."));
    }

    #[test]
    fn items_that_end_alike_may_all_be_wrong() {
        let wrong = |items: &[&str]| {
            let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
            alike_and_wrong(&items).map(|(_, severity)| severity)
        };
        assert_eq!(wrong(&["lire.", "écrire.", "relire."]), Some(Severity::Warning));
        assert_eq!(wrong(&["lire", "écrire", "relire"]), Some(Severity::Info));
        assert_eq!(wrong(&["Lire;", "Écrire;", "Relire."]), Some(Severity::Info));
        assert_eq!(wrong(&["lire;", "écrire;", "relire."]), None);
        assert_eq!(wrong(&["Lire", "Écrire", "Relire"]), None);
        assert_eq!(wrong(&["Lisez le texte.", "Récrivez-le."]), None);
        assert_eq!(wrong(&["Un titre clair.", "Des phrases que chacun comprend."]), Some(Severity::Warning));
        assert_eq!(wrong(&["Le texte est court.", "La page est claire."]), None);
        assert_eq!(wrong(&["Un titre clair.", "Lisez le texte."]), None);
    }

    #[test]
    fn a_list_within_an_item_is_a_list_of_its_own() {
        let all = lists("<ul><li>One<ul><li>inner</li></ul></li><li><p>Two</p></li></ul>");
        assert_eq!(all, [vec!["One".to_owned(), "Two".to_owned()], vec!["inner".to_owned()]]);
    }
}
