//! Two plots as SVG: how the copies left over time, and the audience from issue to issue. Colour is never alone in
//! telling lines apart: each has its own dash and its name beside it, and the numbers stand in a table below.

use std::fmt::Write as _;

use super::page::escaped;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 96.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 40.0;
/// Strokes with at least 4.5 to 1 on white (FEDERAL 7), and the dash of each.
const STROKES: [(&str, &str); 4] = [("#26374a", ""), ("#a62a1e", "8 4"), ("#0535d2", "2 4"), ("#595959", "12 4 2 4")];
/// Names beside lines stand at least this far apart.
const LABEL_HEIGHT: f64 = 18.0;

/// One line of a plot: its name, and its points from left to right.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// Lines over one axis. `x` runs from 0 to `x_max`; the labels stand below its ends.
pub(super) fn lines(title: &str, lines: &[Line], x_max: f64, (x_first, x_last): (&str, &str)) -> String {
    let y_max = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
    let top = round_up(y_max);
    let x = |value: f64| LEFT + value / x_max.max(f64::MIN_POSITIVE) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| TOP + (1.0 - value / top) * (HEIGHT - TOP - BOTTOM);
    let mut out = head(title);
    grid(&mut out, top, y);
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let (colour, dash) = STROKES[index % STROKES.len()];
        let points: Vec<String> =
            line.points.iter().map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1))).collect();
        // Writing to a String does not fail, here and below.
        let _ = write!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" stroke-dasharray=\"{dash}\"/>",
            points.join(" ")
        );
        ends.push((line.points.last().map_or(TOP, |point| y(point.1)), index));
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut above = f64::NEG_INFINITY;
    for (at, index) in ends {
        let at = at.max(above + LABEL_HEIGHT);
        above = at;
        let (colour, _) = STROKES[index % STROKES.len()];
        let (right, name) = (WIDTH - RIGHT + 8.0, escaped(&lines[index].name));
        let _ = write!(
            out,
            "<text x=\"{right}\" y=\"{:.1}\" fill=\"{colour}\" font-weight=\"700\">{name}</text>",
            at + 5.0
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{LEFT}\" y=\"{0}\">{1}</text><text x=\"{2}\" y=\"{0}\" text-anchor=\"end\">{3}</text></svg>",
        HEIGHT - 12.0,
        escaped(x_first),
        WIDTH - RIGHT,
        escaped(x_last)
    );
    out
}

/// One column per entry, each with its label and its number.
pub(super) fn columns(title: &str, columns: &[(String, f64)]) -> String {
    let top = round_up(columns.iter().map(|column| column.1).fold(0.0, f64::max));
    let y = |value: f64| TOP + (1.0 - value / top) * (HEIGHT - TOP - BOTTOM);
    let mut out = head(title);
    grid(&mut out, top, y);
    #[expect(clippy::cast_precision_loss, reason = "at most twelve columns")]
    let (step, at) = ((WIDTH - LEFT - 16.0) / columns.len().max(1) as f64, |index: usize| index as f64);
    for (index, (label, value)) in columns.iter().enumerate() {
        let (left, width, high) = (LEFT + at(index) * step + step * 0.2, (step * 0.6).min(64.0), y(*value));
        let (middle, base) = (left + width / 2.0, HEIGHT - BOTTOM);
        let _ = write!(
            out,
            "<rect x=\"{left:.1}\" y=\"{high:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"#26374a\"/>\
             <text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{value}</text>\
             <text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            base - high,
            high - 4.0,
            base + 18.0,
            escaped(label)
        );
    }
    out.push_str("</svg>\n");
    out
}

fn head(title: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\" font-size=\"13\" \
         font-family=\"'Noto Sans',Arial,sans-serif\" fill=\"#333\">",
        escaped(title)
    )
}

/// The axis in four steps.
fn grid(out: &mut String, top: f64, y: impl Fn(f64) -> f64) {
    for step in 0..=4 {
        let value = top * f64::from(step) / 4.0;
        let _ = write!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"#8c8c8c\" stroke-width=\"0.5\"/>\
             <text x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{value}</text>",
            WIDTH - 16.0,
            y(value),
            LEFT - 8.0,
            y(value) + 4.0
        );
    }
}

/// The next number that divides by four and has one leading digit or two: an axis that can be read.
fn round_up(value: f64) -> f64 {
    let unit = 10_f64.powf(value.max(4.0).log10().floor());
    let steps = [1.0, 2.0, 4.0, 8.0, 10.0, 12.0];
    steps.iter().map(|step| step * unit).find(|top| *top >= value && top % 4.0 == 0.0).unwrap_or(value.max(4.0) * 1.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_number_that_can_be_read() {
        for (value, top) in
            [(0.0, 4.0), (3.0, 4.0), (5.0, 8.0), (37.0, 40.0), (100.0, 100.0), (1_999.0, 2_000.0), (4_100.0, 8_000.0)]
        {
            assert!((round_up(value) - top).abs() < f64::EPSILON, "{value}: {}", round_up(value));
        }
    }

    #[test]
    fn names_beside_lines_do_not_cover_one_another() {
        let line = |name: &str| Line { name: name.to_owned(), points: vec![(0.0, 0.0), (1.0, 10.0)] };
        let svg = lines("Copies", &[line("en"), line("<fr>")], 1.0, ("0", "1"));
        assert!(svg.contains("&lt;fr&gt;") && !svg.contains("<fr>"));
        let at: Vec<&str> =
            svg.split("font-weight").filter_map(|part| part.rsplit("y=\"").next()?.split('"').next()).collect();
        assert_ne!(at[0], at[1]);
    }
}
