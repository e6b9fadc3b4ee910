//! Keys as operators name them.
//!
//! In this toolkit only text fields take the focus, so everything else has a key of its own. A letter works only while
//! no field is focused (a field keeps what it is typed); function keys, Enter and Escape work always.

use std::cell::Cell;

use iced::keyboard::key::Named;
use iced::keyboard::{Event, Key as Raw};

use crate::office::words::Language;

thread_local! {
    /// The one key whose name is a word. Every view is built on one thread, which sets it first ([`speak`]); so a cap
    /// needs no words handed through all parts.
    static SPACE: Cell<&'static str> = const { Cell::new("Spasi") };
}

/// The language of the caps that are drawn from here on.
pub fn speak(language: Language) {
    SPACE.set(match language {
        Language::Indonesian => "Spasi",
        Language::English => "Space",
    });
}

/// A key that does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// Enter: the next action.
    Enter,
    /// Space.
    Space,
    /// Escape: back, stop.
    Escape,
    /// Backspace.
    Backspace,
    /// F1 to F12.
    F(u8),
    /// A letter, lower case, or a digit or sign.
    Char(char),
    /// Arrows and pages.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Tab: the next field.
    Tab,
    /// Shift and Tab: the field before.
    BackTab,
}

/// A key that went down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    /// Which.
    pub key: Key,
    /// It is being held down.
    pub repeat: bool,
}

impl Key {
    /// What is written on the button.
    pub fn cap(self) -> String {
        match self {
            Self::Enter => "Enter".into(),
            Self::Space => SPACE.get().into(),
            Self::Escape => "Esc".into(),
            Self::Backspace => "⌫".into(),
            Self::F(n) => format!("F{n}"),
            Self::Char(c) => c.to_uppercase().to_string(),
            Self::Up => "↑".into(),
            Self::Down => "↓".into(),
            Self::Left => "←".into(),
            Self::Right => "→".into(),
            Self::PageUp => "PgUp".into(),
            Self::PageDown => "PgDn".into(),
            Self::Tab | Self::BackTab => "Tab".into(),
        }
    }

    /// Whether holding the key down repeats it: moving may, acting may not.
    pub fn repeats(self) -> bool {
        matches!(self, Self::Up | Self::Down | Self::Left | Self::Right | Self::PageUp | Self::PageDown | Self::Tab)
    }
}

impl Press {
    /// What a keyboard event means here, when it means something.
    pub fn of(event: &Event) -> Option<Self> {
        let Event::KeyPressed { key, modifiers, repeat, .. } = event else { return None };
        let key = match key {
            Raw::Named(named) => named_key(*named, modifiers.shift())?,
            Raw::Character(text) if !modifiers.control() && !modifiers.alt() => {
                let mut characters = text.chars();
                match (characters.next(), characters.next()) {
                    (Some(' '), None) => Key::Space,
                    (Some(c), None) => Key::Char(c.to_lowercase().next().unwrap_or(c)),
                    _ => return None,
                }
            }
            Raw::Character(_) | Raw::Unidentified => return None,
        };
        Some(Self { key, repeat: *repeat })
    }
}

fn named_key(named: Named, shift: bool) -> Option<Key> {
    Some(match named {
        Named::Enter => Key::Enter,
        Named::Space => Key::Space,
        Named::Escape => Key::Escape,
        Named::Backspace => Key::Backspace,
        Named::ArrowUp => Key::Up,
        Named::ArrowDown => Key::Down,
        Named::ArrowLeft => Key::Left,
        Named::ArrowRight => Key::Right,
        Named::PageUp => Key::PageUp,
        Named::PageDown => Key::PageDown,
        Named::Tab if shift => Key::BackTab,
        Named::Tab => Key::Tab,
        Named::F1 => Key::F(1),
        Named::F2 => Key::F(2),
        Named::F3 => Key::F(3),
        Named::F4 => Key::F(4),
        Named::F5 => Key::F(5),
        Named::F6 => Key::F(6),
        Named::F7 => Key::F(7),
        Named::F8 => Key::F(8),
        Named::F9 => Key::F(9),
        Named::F10 => Key::F(10),
        Named::F11 => Key::F(11),
        Named::F12 => Key::F(12),
        _ => return None,
    })
}
