//! What `check` must find: one right story, and in each copy of it one thing done wrong, as a hurried person does it.
//! `seeds.toml` holds both. The stories go the whole way: from the drop folder through `compose` to `check`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::office::{ISSUE, Office};

#[derive(Deserialize)]
struct Seeds {
    story: String,
    /// Rule, part of the file, what stands there, what comes instead.
    seeds: Vec<Vec<String>>,
}

/// How many stories one issue takes.
const STORIES_MAX: usize = 60;

/// Rules that look at the whole issue, in which all these stories are alike.
pub(crate) const OF_THE_ISSUE: &[&str] = &["LNK-02", "CLI-01", "CHECK"];

/// What parity says of a text that was changed in one language alone is not what its seed is about.
pub(crate) const PARITY: &[&str] = &["BIL-05", "BIL-06", "BIL-07", "BIL-08"];

/// Rules that see the same thing from another side.
pub(crate) const COMPANIONS: &[(&str, &str)] = &[
    ("BIL-07", "STY-12"),
    ("LNK-01", "LNK-10"),
    ("LNK-10", "LNK-09"),
    ("LNK-01", "TYP-04"),
    ("SND-07", "LNK-08"),
    ("BIL-17", "STORY"),
    ("TYP-01", "TYP-15"),
];

fn read() -> Seeds {
    toml_edit::de::from_str(include_str!("seeds.toml")).unwrap()
}

/// The story with one thing changed in one of its parts.
fn sown(story: &str, seed: &[String]) -> String {
    let [_, part, from, to, ..] = seed else { panic!("{seed:?}") };
    let (top, halves) = story.trim_start().split_once("## en").unwrap();
    let (en, fr) = halves.split_once("## fr").unwrap();
    let mut parts = BTreeMap::from([("top", top.to_owned()), ("en", en.to_owned()), ("fr", fr.to_owned())]);
    let text = parts.get_mut(part.as_str()).unwrap();
    assert!(text.contains(from.as_str()), "{part} has no `{from}`");
    *text = text.replacen(from.as_str(), to, 1);
    format!("{}## en{}## fr{}", parts["top"], parts["en"], parts["fr"])
}

/// What is said of a story: rules, and whether each weighs.
pub(crate) type Said = BTreeSet<(String, bool)>;

/// What is said of each story, by name, in issues of an office's size.
pub(crate) fn said_of_all(stories: BTreeMap<String, String>) -> BTreeMap<String, Said> {
    let all: Vec<(String, String)> = stories.into_iter().collect();
    // A few issues of an office's size are read faster than one that nobody would send.
    all.chunks(STORIES_MAX).flat_map(|few| said(&few.iter().cloned().collect())).collect()
}

fn said(stories: &BTreeMap<String, String>) -> BTreeMap<String, Said> {
    let office = Office::without_stories();
    let mut picture = Vec::new();
    image::DynamicImage::new_rgb8(300, 200)
        .write_to(&mut std::io::Cursor::new(&mut picture), image::ImageFormat::Png)
        .unwrap();
    std::fs::write(office.path().join("stories/guide.png"), picture).unwrap();
    for (name, text) in stories {
        office.write(&format!("stories/{name}.md"), text);
    }
    let picks = stories.keys().fold(String::new(), |picks, name| picks + "  \"file-" + name + "\",\n");
    std::fs::create_dir_all(office.path().join(format!("issues/{ISSUE}"))).unwrap();
    office.write(
        &format!("issues/{ISSUE}/issue.toml"),
        &format!("[[section]]\nid = \"learning\"\npick = [\n{picks}]\ncandidates = []\nheld = []\ndropped = []\n"),
    );
    office.run(&["compose", ISSUE, "--offline"]);
    let json: serde_json::Value = serde_json::from_str(&office.read(&format!("issues/{ISSUE}/check.json"))).unwrap();
    let mut said = BTreeMap::<String, Said>::new();
    for finding in json["findings"].as_array().unwrap() {
        let place = &finding["place"];
        let Some(at) = place["file"].as_str().or(place["story"].as_str()) else { continue };
        let name = at.trim_start_matches("stories/").trim_start_matches("file-").trim_end_matches(".md");
        let is_heavy = matches!(finding["severity"].as_str().unwrap(), "E" | "W");
        said.entry(name.to_owned()).or_default().insert((finding["rule"].as_str().unwrap().to_owned(), is_heavy));
    }
    said
}

#[test]
fn each_thing_done_wrong_in_a_story_is_found_by_its_rule_and_none_other() {
    let Seeds { story, seeds } = read();
    let name = |index: usize| format!("seed-{index:03}");
    let mut stories: BTreeMap<String, String> =
        seeds.iter().enumerate().map(|(index, seed)| (name(index), sown(&story, seed))).collect();
    stories.insert("right".to_owned(), story.trim_start().to_owned());
    let said = said_of_all(stories);
    let mut wrong = Vec::new();
    let heavy = |name: &str| -> BTreeSet<&str> {
        let all = said.get(name).into_iter().flatten().filter(|(_, is_heavy)| *is_heavy);
        all.map(|(rule, _)| rule.as_str()).filter(|rule| !OF_THE_ISSUE.contains(rule)).collect()
    };
    assert!(heavy("right").is_empty(), "{:?}", heavy("right"));
    for (index, seed) in seeds.iter().enumerate() {
        let rule = seed[0].as_str();
        let found = said.get(&name(index)).is_some_and(|all| all.iter().any(|(it, _)| it == rule));
        let is_other = |it: &&str| *it != rule && !PARITY.contains(it) && !COMPANIONS.contains(&(rule, *it));
        let others: Vec<&str> = heavy(&name(index)).into_iter().filter(is_other).collect();
        if !found || !others.is_empty() {
            wrong.push(format!("{rule} found: {found}, others: {others:?}: {:?} → {:?}", seed[2], seed[3]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
