//! Lists of a story's text, each as one: how their items end (TYP-14) and how many there are (STY-09).

use scraper::{ElementRef, Html, Selector};

use crate::check::proof::{Hit, Proof};
use crate::check::text::scan;
use crate::model::{Lang, Severity, Story};

/// An item of a list: its words, less those of a list within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    words: String,
    /// Whether it leads to a list of its own, and so ends as that asks: `Il faut :`.
    leads: bool,
}

/// Each list of a body, as its own items; a list within an item is a list of its own.
pub(crate) fn lists(body: &str) -> Vec<Vec<Item>> {
    if !body.contains("<li") {
        return Vec::new();
    }
    let html = Html::parse_fragment(body);
    let selector = Selector::parse("ul, ol").expect("a fixed selector");
    html.select(&selector)
        .map(|list| list.child_elements().filter(|it| it.value().name() == "li").map(own_words).collect())
        .collect()
}

fn own_words(item: ElementRef<'_>) -> Item {
    let (mut words, mut leads) = (String::new(), false);
    for child in item.children() {
        match ElementRef::wrap(child) {
            Some(element) if matches!(element.value().name(), "ul" | "ol") => {
                leads = true;
                break;
            }
            Some(element) => words.extend(element.text()),
            None => words.push_str(child.value().as_text().map_or("", |text| text)),
        }
    }
    Item { words: words.trim().to_owned(), leads }
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

/// The item that does not end as its list does. Items of several sentences end as sentences do, and say nothing; nor
/// does an item that leads to a list of its own.
fn odd_one(items: &[Item]) -> Option<&str> {
    let (last, rest) = items.split_last().filter(|(_, rest)| !rest.is_empty())?;
    if items.iter().any(Item::is_beyond) {
        return None;
    }
    let semicolons = rest.iter().filter(|item| item.ends(';')).count();
    if semicolons > 0 || last.ends(';') {
        let is_joint =
            |item: &&Item| item.leads || item.ends(';') || item.words.ends_with("; et") || item.words.ends_with("; ou");
        let odd = rest.iter().find(|item| !is_joint(item));
        return odd.or_else(|| Some(last).filter(|item| !item.leads && !item.ends('.'))).map(Item::text);
    }
    let own: Vec<&Item> = items.iter().filter(|item| !item.leads).collect();
    if let Some(item) = own.iter().find(|item| item.ends(',')) {
        return Some(item.text());
    }
    let stops = own.iter().filter(|item| item.ends('.')).count();
    if stops == 0 || stops == own.len() {
        return None;
    }
    let is_majority = stops * 2 > own.len();
    own.iter().find(|item| item.ends('.') != is_majority).map(|item| item.text())
}

impl Item {
    fn text(&self) -> &str {
        &self.words
    }

    fn ends(&self, mark: char) -> bool {
        self.words.ends_with(mark)
    }

    /// Whether it holds no words, or more than one sentence.
    fn is_beyond(&self) -> bool {
        self.words.is_empty() || crate::check::text::sentences::sentences(&self.words).len() > 1
    }
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
fn alike_and_wrong(items: &[Item]) -> Option<(&str, Severity)> {
    let (last, rest) = items.split_last().filter(|(_, rest)| !rest.is_empty())?;
    if items.iter().any(|item| item.is_beyond() || item.leads) {
        return None;
    }
    let first = rest.first()?.text();
    let begins = |is: fn(char) -> bool| items.iter().all(|item| item.words.starts_with(is));
    let all = |mark: char| items.iter().all(|item| item.ends(mark));
    if items.iter().any(|item| item.words.ends_with(['!', '?'])) && begins(char::is_uppercase) {
        return items.iter().find(|item| item.ends('!')).map(|item| (item.text(), Severity::Info));
    }
    if begins(char::is_lowercase) && all('.') {
        return Some((first, Severity::Warning));
    }
    let has_no_mark = items.iter().all(|item| item.words.ends_with(char::is_alphanumeric));
    if begins(char::is_lowercase) && has_no_mark {
        return Some((first, Severity::Info));
    }
    // Phrases that stand alone end with nothing; whole sentences end as sentences do.
    if begins(char::is_uppercase) && all('.') && items.iter().all(|item| is_phrase(&item.words)) {
        return Some((first, Severity::Warning));
    }
    (begins(char::is_uppercase) && rest.iter().all(|item| item.ends(';')) && last.ends('.'))
        .then_some((first, Severity::Info))
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

    /// Items by their words; `→` at the end of one: it leads to a list of its own.
    fn listed(items: &[&str]) -> Vec<Item> {
        let item = |text: &&str| Item { words: text.trim_end_matches('→').to_owned(), leads: text.ends_with('→') };
        items.iter().map(item).collect()
    }

    #[test]
    fn an_item_that_leads_to_a_list_ends_as_it_may() {
        let odd = |items: &[&str]| odd_one(&listed(items)).map(str::to_owned);
        assert_eq!(odd(&["Lisez le texte.", "Faites ceci\u{a0}:→"]), None);
        assert_eq!(odd(&["lire;", "faire ceci\u{a0}:→", "relire."]), None);
        assert_eq!(odd(&["lire;", "relire;", "faire ceci\u{a0}:→"]), None);
        assert_eq!(odd(&["lire", "faire ceci\u{a0}:→", "relire;", "fin."]).as_deref(), Some("lire"));
        assert_eq!(odd(&["Lisez.", "Faites ceci\u{a0}:→", "Relisez", "Finissez."]).as_deref(), Some("Relisez"));
    }

    #[test]
    fn the_item_that_ends_otherwise_is_named() {
        let odd = |items: &[&str]| odd_one(&listed(items)).map(str::to_owned);
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
        let wrong = |items: &[&str]| alike_and_wrong(&listed(items)).map(|(_, severity)| severity);
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
        assert_eq!(all, [listed(&["One→", "Two"]), listed(&["inner"])]);
    }
}
