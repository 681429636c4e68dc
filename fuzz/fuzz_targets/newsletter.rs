//! A newsletter with one file in its drop folder, and what must hold of whatever was read.

const NEWSLETTER: &str = r#"
id = "fuzz"
first_issue = "2026-12"
languages = ["en", "fr"]
source_language = "en"
language.en = { tag = "en-CA", label = "English", title = "News", from_name = "News" }
language.fr = { tag = "fr-CA", label = "Français", title = "Nouvelles", from_name = "Nouvelles" }
organization = { as_of = 2026-11-01, name = { en = "Office", fr = "Bureau" }, address = { en = "1 Street", fr = "1, rue" }, email = "info@example.ca" }
sender = { from = "n@example.ca", reply_to = "n@example.ca", bounce = "n@example.ca", requests = "n@example.ca" }
schedule = { day = "15", time = "10:00" }
"#;

/// Reads a file of the drop folder.
pub fn read(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("stories")).expect("a folder in it");
    std::fs::write(folder.path().join("stories").join(name), bytes).expect("a file in that");
    let newsletter = toml_edit::de::from_str(NEWSLETTER).expect("the newsletter above");
    let now = "2026-11-22T12:00:00Z".parse().expect("a time");
    let (stories, _) = cco_news::gather::read_stories(folder.path(), &newsletter, now).expect("findings, not an error");
    for text in stories.iter().flat_map(|story| story.texts.values()) {
        assert!(!text.title.is_empty() && text.title.chars().count() <= 300);
        assert!(!text.body.to_ascii_lowercase().contains("<script"));
        assert_eq!(cco_news::gather::sanitise(&text.body), text.body, "written twice is written once");
    }
}
