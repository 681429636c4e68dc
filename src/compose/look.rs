//! The look: colours, fonts and sizes, each in one place (`templates/look.toml`), for mails and for pages.

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use crate::model::rich::escaped;

/// The values by group: `light`, `dark`, `type`.
#[derive(Debug, Clone)]
pub struct Look(Map<String, Value>);

impl Look {
    /// Reads `look.toml`, with the newsletter's own values in place of the embedded ones.
    pub(super) fn parse(embedded: &str, own: Option<&str>) -> Result<Self> {
        let read = |text: &str| {
            toml_edit::de::from_str::<Map<String, Value>>(text)
                .with_context(|| words!("`templates/look.toml` cannot be read", "`templates/look.toml` est illisible"))
        };
        let mut look = read(embedded)?;
        for (group, values) in read(own.unwrap_or(""))? {
            let (Some(known), Value::Object(values)) = (look.get_mut(&group).and_then(Value::as_object_mut), values)
            else {
                bail!(unknown(&group));
            };
            for (name, value) in values {
                let Some(place) = known.get_mut(&name) else { bail!(unknown(&format!("{group}.{name}"))) };
                check(&group, &name, &value)?;
                *place = value;
            }
        }
        Ok(Self(look))
    }

    /// For templates: `{{@root/look/light/link}}`.
    pub(super) fn value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// One value, ready for a `style` attribute.
    pub(super) fn get(&self, group: &str, name: &str) -> String {
        escaped(self.0.get(group).and_then(|values| values.get(name)).and_then(Value::as_str).unwrap_or("inherit"))
    }

    /// The same as custom properties, for pages in a browser: `--text`, `--link`, `--font-body`; with the dark scheme.
    /// Mails cannot use it: mail programs drop custom properties.
    pub fn css(&self) -> String {
        let list = |group: &str, prefix: &str| {
            let values = self.0.get(group).and_then(Value::as_object).into_iter().flatten();
            let line = |(name, value): (&String, &Value)| {
                format!("--{prefix}{}:{};", name.replace('_', "-"), value.as_str().unwrap_or("inherit"))
            };
            values.map(line).collect::<String>()
        };
        format!(
            ":root{{color-scheme:light dark;{}--chip:{};{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
            list("light", ""),
            self.get("light", "accent"),
            list("type", "font-"),
            list("dark", "")
        )
    }
}

fn unknown(key: &str) -> crate::model::Words {
    words!(
        "`templates/look.toml` has `{key}`, which is not known; docs/templates.md lists the keys",
        "`templates/look.toml` contient `{key}`, qui est inconnu; docs/templates.md énumère les clés"
    )
}

/// A value goes into `style` attributes: one declaration, and a colour is a colour.
fn check(group: &str, name: &str, value: &Value) -> Result<()> {
    let text = value.as_str().unwrap_or("");
    let is_hex = |text: &str| {
        matches!(text.len(), 4 | 7) && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
    };
    let is_sound =
        if group == "type" { !text.is_empty() && !text.contains([';', '{', '}', '<', '>', '"']) } else { is_hex(text) };
    if !is_sound {
        bail!(words!(
            "`templates/look.toml`: `{group}.{name} = {value}` is no colour as `\"#284162\"`, or no font or size",
            "`templates/look.toml` : `{group}.{name} = {value}` n'est ni une couleur comme `\"#284162\"`, ni une police ou une taille"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMBEDDED: &str = include_str!("../../templates/look.toml");

    #[test]
    fn an_office_changes_one_colour_and_keeps_the_rest() {
        let look = Look::parse(EMBEDDED, Some("[light]\nlink = \"#003366\"\n")).unwrap();
        assert_eq!((look.get("light", "link").as_str(), look.get("light", "text").as_str()), ("#003366", "#333333"));
        let css = look.css();
        assert!(
            css.contains("--link:#003366;") && css.contains("--on-accent:") && css.contains("--font-body:"),
            "{css}"
        );
    }

    #[test]
    fn a_value_that_would_break_the_mail_is_refused() {
        for own in [
            "[light]\nlink = \"red;x:y\"",
            "[light]\nlinks = \"#000000\"",
            "[lite]\nx = \"#000000\"",
            "[light",
            "link = 1",
        ] {
            let error = Look::parse(EMBEDDED, Some(own)).unwrap_err();
            assert!(error.to_string().contains("look.toml"), "{error}");
        }
    }
}
