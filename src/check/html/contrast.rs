//! Colours as CSS writes them, and the contrast between two of them as WCAG 2.1 counts it (1.4.3).

/// Red, green and blue, 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) [u8; 3]);

impl Colour {
    pub(crate) const WHITE: Self = Self([255; 3]);
    pub(crate) const BLACK: Self = Self([0; 3]);

    /// `#333`, `#333333`, `rgb(51, 51, 51)` or one of the names that mail templates use. `transparent`, `inherit` and
    /// what we do not know give nothing: the colour of the parent holds.
    ///
    /// What lies below one that lets it through is taken for white, as mails lie on it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::parse_over(text, Self::WHITE)
    }

    /// As [`Colour::parse`], on a known ground.
    pub(crate) fn parse_over(text: &str, ground: Self) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(hex) = text.strip_prefix('#') {
            return Self::from_hex(hex, ground);
        }
        let inside = text.strip_prefix("rgba(").or_else(|| text.strip_prefix("rgb("));
        if let Some(inside) = inside.and_then(|rest| rest.strip_suffix(')')) {
            let mut parts = inside.split([',', ' ', '/']).filter(|part| !part.is_empty());
            let mut byte = || parts.next().and_then(|part| part.parse::<u8>().ok());
            let solid = Self([byte()?, byte()?, byte()?]);
            let part = parts.next().and_then(|part| part.parse::<f64>().ok()).unwrap_or(1.0);
            return Some(solid.over(ground, part));
        }
        if let Some(inside) = text.strip_prefix("hsl(").or_else(|| text.strip_prefix("hsla(")) {
            return Self::from_hsl(inside.strip_suffix(')')?);
        }
        super::colours::named(&text).map(Self)
    }

    /// CSS Color 4, 7.1: degrees, then two percentages.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
    fn from_hsl(inside: &str) -> Option<Self> {
        let parts: Vec<f64> = inside
            .split([',', ' ', '/'])
            .filter(|part| !part.is_empty())
            .map(|part| part.trim_end_matches(['%', 'd', 'e', 'g']).parse().ok())
            .collect::<Option<_>>()?;
        let [hue, saturation, lightness] = *parts.get(..3)? else { return None };
        let (saturation, lightness) = (saturation / 100.0, lightness / 100.0);
        let channel = |n: f64| {
            let k = (n + hue / 30.0).rem_euclid(12.0);
            let a = saturation * lightness.min(1.0 - lightness);
            ((lightness - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)) * 255.0).round() as u8
        };
        Some(Self([channel(0.0), channel(8.0), channel(4.0)]))
    }

    fn from_hex(hex: &str, ground: Self) -> Option<Self> {
        let digits: Vec<u8> =
            hex.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
        match digits.as_slice() {
            [r, g, b] => Some(Self([r * 17, g * 17, b * 17])),
            [r, g, b, a] => Some(Self([r * 17, g * 17, b * 17]).over(ground, f64::from(*a) / 15.0)),
            [r1, r2, g1, g2, b1, b2, a1, a2] => {
                let part = f64::from(a1 * 16 + a2) / 255.0;
                Some(Self([r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2]).over(ground, part))
            }
            [r1, r2, g1, g2, b1, b2] => Some(Self([r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2])),
            _ => None,
        }
    }

    /// This colour with a part of it (0 to 1) lying over another.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
    pub(crate) fn over(self, ground: Self, part: f64) -> Self {
        let part = part.clamp(0.0, 1.0);
        let mix = |ink: u8, ground: u8| (f64::from(ink) * part + f64::from(ground) * (1.0 - part)).round() as u8;
        let ([r, g, b], [r2, g2, b2]) = (self.0, ground.0);
        Self([mix(r, r2), mix(g, g2), mix(b, b2)])
    }

    /// As a person would write it.
    pub(crate) fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// Relative luminance (WCAG 2.1, definition of the term).
    pub(crate) fn luminance(self) -> f64 {
        let linear = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}

/// From 1 (the same colour) to 21 (black on white).
pub(crate) fn contrast(ink: Colour, ground: Colour) -> f64 {
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
        assert_eq!(Colour::parse("#28416280").unwrap().hex(), "#93a0b0");
        assert_eq!(Colour::parse("hsl(120, 100%, 25%)").unwrap().hex(), "#008000");
        assert_eq!(Colour::parse("hsl(0deg 0% 80%)").unwrap().hex(), "#cccccc");
        assert_eq!(Colour::parse("LightSlateGray").unwrap().hex(), "#778899");
        assert_eq!(Colour::parse("transparent"), None);
        assert_eq!(Colour::parse("#zzz"), None);
    }
}
