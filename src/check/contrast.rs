//! Colours as CSS writes them, and the contrast between two of them as WCAG 2.1 counts it (1.4.3).

/// Red, green and blue, 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) [u8; 3]);

impl Colour {
    pub(super) const WHITE: Self = Self([255; 3]);
    pub(super) const BLACK: Self = Self([0; 3]);

    /// `#333`, `#333333`, `rgb(51, 51, 51)` or one of the names that mail templates use. `transparent`, `inherit` and
    /// what we do not know give nothing: the colour of the parent holds.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(hex) = text.strip_prefix('#') {
            return Self::from_hex(hex);
        }
        if let Some(inside) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
            let parts: Vec<u8> =
                inside.split([',', ' ']).filter(|part| !part.is_empty()).filter_map(|part| part.parse().ok()).collect();
            return <[u8; 3]>::try_from(parts).ok().map(Self);
        }
        let named = match text.as_str() {
            "white" => [255; 3],
            "black" => [0; 3],
            "red" => [255, 0, 0],
            "blue" => [0, 0, 255],
            "green" => [0, 128, 0],
            "gray" | "grey" => [128; 3],
            "silver" => [192; 3],
            "navy" => [0, 0, 128],
            "yellow" => [255, 255, 0],
            _ => return None,
        };
        Some(Self(named))
    }

    fn from_hex(hex: &str) -> Option<Self> {
        let digits: Vec<u8> =
            hex.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
        match digits.as_slice() {
            [r, g, b] => Some(Self([r * 17, g * 17, b * 17])),
            [r1, r2, g1, g2, b1, b2] => Some(Self([r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2])),
            _ => None,
        }
    }

    /// As a person would write it.
    pub(super) fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// Relative luminance (WCAG 2.1, definition of the term).
    fn luminance(self) -> f64 {
        let linear = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}

/// From 1 (the same colour) to 21 (black on white).
pub(super) fn contrast(ink: Colour, ground: Colour) -> f64 {
    let (a, b) = (ink.luminance(), ground.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_the_design_system_come_out() {
        let on_white = |hex: &str| (contrast(Colour::parse(hex).unwrap(), Colour::WHITE) * 10.0).round() / 10.0;
        for (hex, expected) in [("#333", 12.6), ("#284162", 10.4), ("#595959", 7.0), ("#A62A1E", 7.1), ("#8c8c8c", 3.4)]
        {
            assert!((on_white(hex) - expected).abs() < 0.051, "{hex} {}", on_white(hex));
        }
        assert_eq!(Colour::parse("rgb(40, 65, 98)").unwrap().hex(), "#284162");
        assert_eq!(Colour::parse("transparent"), None);
        assert_eq!(Colour::parse("#zzz"), None);
    }
}
