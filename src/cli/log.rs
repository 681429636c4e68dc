//! `--log-format json`: each line for people as one line of JSON, for the programs that collect logs. Tokens, bodies and whole
//! addresses are in neither form.

use std::fmt;

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// One line: when, how heavy, of which part of `run`, what.
pub(super) fn line(level: &str, part: Option<&str>, message: &str) -> String {
    let mut line = json!({"at": super::clock(), "level": level});
    if let (Some(fields), Some(part)) = (line.as_object_mut(), part) {
        fields.insert("step".to_owned(), json!(part));
    }
    line["message"] = json!(message);
    line.to_string()
}

/// What the crates below write.
pub(super) struct Json;

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), json!(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }
}

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let level = event.metadata().level().as_str().to_lowercase();
        let mut fields = Fields(
            [("at".to_owned(), json!(super::clock())), ("level".to_owned(), json!(level))].into_iter().collect(),
        );
        event.record(&mut fields);
        writeln!(writer, "{}", Value::Object(fields.0))
    }
}
