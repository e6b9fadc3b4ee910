//! Colours and styles; screens name styles and never a colour.
//!
//! Three looks: light for a bright office, dark for the evening and outreach in tents, and high contrast for weak eyes
//! and bad panels. Every text colour keeps a contrast of at least 4.5 to its ground (WCAG 2.2, 1.4.3), 7 in high
//! contrast; a test recalculates it.

use iced::theme::Palette;
use iced::widget::{button, container, progress_bar, rule, scrollable, text, text_input};
use iced::{Background, Border, Color, Shadow, Theme, color};
use serde::{Deserialize, Serialize};

use super::spacing::RADIUS;

/// A look of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Dark on light.
    #[default]
    Light,
    /// Light on dark.
    Dark,
    /// White and yellow on black.
    Contrast,
}

/// What a thing means; its colour follows, and never stands without a word or an icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing special.
    Neutral,
    /// What to do next.
    Primary,
    /// Good.
    Good,
    /// Look at it.
    Warning,
    /// Wrong.
    Bad,
}

/// The colours of a look.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    /// Behind everything.
    pub ground: Color,
    /// Cards, bars.
    pub surface: Color,
    /// Pressed or chosen cards.
    pub raised: Color,
    /// Lines.
    pub line: Color,
    /// Text.
    pub text: Color,
    /// Text that explains.
    pub muted: Color,
    /// What to do next.
    pub primary: Color,
    /// Text on it.
    pub on_primary: Color,
    /// Good.
    pub good: Color,
    /// Look at it.
    pub warning: Color,
    /// Wrong.
    pub bad: Color,
    /// Text on good, warning and bad.
    pub on_tone: Color,
    /// Behind images.
    pub stage: Color,
    /// On images.
    pub on_stage: Color,
    /// Good, on images.
    pub stage_good: Color,
    /// Look at it, on images.
    pub stage_warning: Color,
    /// The banner of the training mode.
    pub training: Color,
    /// Text on it.
    pub on_training: Color,
}

const LIGHT: Tokens = Tokens {
    ground: color!(0xEEF1F4),
    surface: color!(0xFFFFFF),
    raised: color!(0xE3ECF6),
    line: color!(0xC3CCD6),
    text: color!(0x14202B),
    muted: color!(0x4C5B69),
    primary: color!(0x0B57A4),
    on_primary: color!(0xFFFFFF),
    good: color!(0x17703A),
    warning: color!(0x8A5300),
    bad: color!(0xB3261E),
    on_tone: color!(0xFFFFFF),
    stage: color!(0x1B242D),
    on_stage: color!(0xF2F5F8),
    stage_good: color!(0x62E08A),
    stage_warning: color!(0xFFC24A),
    training: color!(0x6A2C91),
    on_training: color!(0xFFFFFF),
};

const DARK: Tokens = Tokens {
    ground: color!(0x10161D),
    surface: color!(0x1A232D),
    raised: color!(0x263442),
    line: color!(0x3A4957),
    text: color!(0xE9EFF5),
    muted: color!(0xA9B7C4),
    primary: color!(0x6FB4FA),
    on_primary: color!(0x07182A),
    good: color!(0x62D08A),
    warning: color!(0xF2B84B),
    bad: color!(0xFF8A80),
    on_tone: color!(0x10161D),
    stage: color!(0x05080B),
    on_stage: color!(0xF2F5F8),
    stage_good: color!(0x62E08A),
    stage_warning: color!(0xFFC24A),
    training: color!(0xC792EA),
    on_training: color!(0x10161D),
};

const CONTRAST: Tokens = Tokens {
    ground: color!(0x000000),
    surface: color!(0x000000),
    raised: color!(0x2B2B00),
    line: color!(0xFFFFFF),
    text: color!(0xFFFFFF),
    muted: color!(0xF0F0F0),
    primary: color!(0xFFE000),
    on_primary: color!(0x000000),
    good: color!(0x6CFF8F),
    warning: color!(0xFFC24A),
    bad: color!(0xFF9B94),
    on_tone: color!(0x000000),
    stage: color!(0x000000),
    on_stage: color!(0xFFFFFF),
    stage_good: color!(0x6CFF8F),
    stage_warning: color!(0xFFC24A),
    training: color!(0xFF9BFF),
    on_training: color!(0x000000),
};

impl Look {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Contrast];

    /// Its colours.
    pub const fn tokens(self) -> &'static Tokens {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
            Self::Contrast => &CONTRAST,
        }
    }

    /// The toolkit's theme.
    pub fn theme(self) -> Theme {
        let tokens = self.tokens();
        let palette = Palette {
            background: tokens.ground,
            text: tokens.text,
            primary: tokens.primary,
            success: tokens.good,
            warning: tokens.warning,
            danger: tokens.bad,
        };
        let name = match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
        };
        Theme::custom(name, palette)
    }

    /// The word of the look in the Fluent files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Light => "look-light",
            Self::Dark => "look-dark",
            Self::Contrast => "look-contrast",
        }
    }
}

/// The colours behind a theme of ours.
pub fn tokens(theme: &Theme) -> &'static Tokens {
    let ground = theme.palette().background;
    let look = Look::ALL.into_iter().find(|look| look.tokens().ground == ground);
    look.unwrap_or_default().tokens()
}

/// The colour of a tone as text or icon.
pub fn tone_colour(tokens: &Tokens, tone: Tone) -> Color {
    match tone {
        Tone::Neutral => tokens.muted,
        Tone::Primary => tokens.primary,
        Tone::Good => tokens.good,
        Tone::Warning => tokens.warning,
        Tone::Bad => tokens.bad,
    }
}

fn flat(background: Color, text: Color) -> container::Style {
    container::Style { background: Some(background.into()), text_color: Some(text), ..container::Style::default() }
}

/// Containers.
pub mod plate {
    use super::{Border, Color, RADIUS, Theme, Tone, container, flat, tokens, tone_colour};

    fn edged(style: container::Style, line: Color, width: f32) -> container::Style {
        container::Style { border: Border { color: line, width, radius: RADIUS.into() }, ..style }
    }

    /// The window's ground.
    pub fn ground(theme: &Theme) -> container::Style {
        let t = tokens(theme);
        flat(t.ground, t.text)
    }

    /// A bar along an edge.
    pub fn bar(theme: &Theme) -> container::Style {
        let t = tokens(theme);
        flat(t.surface, t.text)
    }

    /// A group of things.
    pub fn card(theme: &Theme) -> container::Style {
        let t = tokens(theme);
        edged(flat(t.surface, t.text), t.line, 1.0)
    }

    /// The card that counts now.
    pub fn chosen(theme: &Theme) -> container::Style {
        let t = tokens(theme);
        edged(flat(t.raised, t.text), t.primary, 2.0)
    }

    /// Behind an image.
    pub fn stage(theme: &Theme) -> container::Style {
        let t = tokens(theme);
        edged(flat(t.stage, t.on_stage), t.line, 1.0)
    }

    /// The banner of the training mode.
    pub fn training(theme: &Theme) -> container::Style {
        let t = tokens(theme);
        flat(t.training, t.on_training)
    }

    /// The cap of a key.
    pub fn key_cap(theme: &Theme) -> container::Style {
        let t = tokens(theme);
        edged(flat(t.ground, t.text), t.line, 1.0)
    }

    /// A message of this tone, filled.
    pub fn filled(tone: Tone) -> impl Fn(&Theme) -> container::Style {
        move |theme| {
            let t = tokens(theme);
            let (ground, text) = match tone {
                Tone::Neutral => (t.raised, t.text),
                Tone::Primary => (t.primary, t.on_primary),
                Tone::Good | Tone::Warning | Tone::Bad => (tone_colour(t, tone), t.on_tone),
            };
            edged(flat(ground, text), ground, 0.0)
        }
    }

    /// A message of this tone, outlined.
    pub fn outlined(tone: Tone) -> impl Fn(&Theme) -> container::Style {
        move |theme| {
            let t = tokens(theme);
            edged(flat(t.surface, t.text), tone_colour(t, tone), 2.0)
        }
    }
}

/// Text.
pub mod ink {
    use super::{Theme, Tone, text, tokens, tone_colour};

    /// Text that explains.
    pub fn muted(theme: &Theme) -> text::Style {
        text::Style { color: Some(tokens(theme).muted) }
    }

    /// Text or icon of a tone.
    pub fn tone(tone: Tone) -> impl Fn(&Theme) -> text::Style {
        move |theme| text::Style { color: Some(tone_colour(tokens(theme), tone)) }
    }
}

/// Buttons.
pub mod press {
    use super::{Background, Border, Color, RADIUS, Shadow, Theme, button, tokens};

    fn made(ground: Color, text: Color, line: Color, status: button::Status) -> button::Style {
        let (ground, text) = match status {
            button::Status::Active => (ground, text),
            button::Status::Hovered | button::Status::Pressed => (mixed(ground, text, 0.10), text),
            button::Status::Disabled => (ground, Color { a: 0.45, ..text }),
        };
        button::Style {
            background: Some(Background::Color(ground)),
            text_color: text,
            border: Border { color: line, width: 1.0, radius: RADIUS.into() },
            shadow: Shadow::default(),
            ..button::Style::default()
        }
    }

    fn mixed(from: Color, to: Color, share: f32) -> Color {
        let mix = |a: f32, b: f32| a + (b - a) * share;
        Color { r: mix(from.r, to.r), g: mix(from.g, to.g), b: mix(from.b, to.b), a: from.a }
    }

    /// What to do next: one on a screen.
    pub fn primary(theme: &Theme, status: button::Status) -> button::Style {
        let t = tokens(theme);
        match status {
            button::Status::Disabled => made(t.raised, t.muted, t.line, button::Status::Active),
            _ => made(t.primary, t.on_primary, t.primary, status),
        }
    }

    /// What else can be done.
    pub fn secondary(theme: &Theme, status: button::Status) -> button::Style {
        let t = tokens(theme);
        made(t.surface, t.text, t.line, status)
    }

    /// What loses something.
    pub fn danger(theme: &Theme, status: button::Status) -> button::Style {
        let t = tokens(theme);
        made(t.surface, t.bad, t.bad, status)
    }

    /// A row that can be chosen.
    pub fn row(chosen: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
        move |theme, status| {
            let t = tokens(theme);
            if chosen { made(t.raised, t.text, t.primary, status) } else { made(t.surface, t.text, t.line, status) }
        }
    }
}

/// A text field.
pub fn field(theme: &Theme, status: text_input::Status) -> text_input::Style {
    let t = tokens(theme);
    let focused = matches!(status, text_input::Status::Focused { .. });
    text_input::Style {
        background: Background::Color(t.surface),
        border: Border {
            color: if focused { t.primary } else { t.line },
            width: if focused { 2.0 } else { 1.0 },
            radius: RADIUS.into(),
        },
        icon: t.muted,
        placeholder: t.muted,
        value: t.text,
        selection: Color { a: 0.35, ..t.primary },
    }
}

/// A bar of progress or quality.
pub fn meter(tone: Tone) -> impl Fn(&Theme) -> progress_bar::Style {
    move |theme| {
        let t = tokens(theme);
        progress_bar::Style {
            background: Background::Color(t.raised),
            bar: Background::Color(tone_colour(t, tone)),
            border: Border { color: t.line, width: 1.0, radius: RADIUS.into() },
        }
    }
}

/// A thin line between things.
pub fn hairline(theme: &Theme) -> rule::Style {
    rule::Style { color: tokens(theme).line, radius: 0.0.into(), fill_mode: rule::FillMode::Full, snap: true }
}

/// A list that is longer than its place.
pub fn scroll(theme: &Theme, status: scrollable::Status) -> scrollable::Style {
    scrollable::default(theme, status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color) -> f32 {
        let part = |c: f32| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        0.2126 * part(colour.r) + 0.7152 * part(colour.g) + 0.0722 * part(colour.b)
    }

    fn contrast(a: Color, b: Color) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_its_ground() {
        for look in Look::ALL {
            let t = look.tokens();
            let least = if look == Look::Contrast { 7.0 } else { 4.5 };
            let pairs = [
                (t.text, t.ground),
                (t.text, t.surface),
                (t.text, t.raised),
                (t.muted, t.ground),
                (t.muted, t.surface),
                (t.muted, t.raised),
                (t.primary, t.surface),
                (t.primary, t.ground),
                (t.on_primary, t.primary),
                (t.good, t.surface),
                (t.warning, t.surface),
                (t.bad, t.surface),
                (t.on_tone, t.good),
                (t.on_tone, t.warning),
                (t.on_tone, t.bad),
                (t.on_stage, t.stage),
                (t.on_training, t.training),
            ];
            for (n, (a, b)) in pairs.into_iter().enumerate() {
                assert!(contrast(a, b) >= least, "{look:?}, pair {n}: {}", contrast(a, b));
            }
        }
    }

    #[test]
    fn a_theme_finds_its_colours_again() {
        for look in Look::ALL {
            assert_eq!(tokens(&look.theme()).ground, look.tokens().ground);
        }
    }
}
