//! Leaving a record before its end: parked for the next resident, or given up. Both ask for a reason inside the screen,
//! three usual ones by digit or own words; choosing one is the confirmation.

use iced::widget::{button, column, container, row, text, text_input};
use iced::{Center, Fill};

use crate::office::words::{Language, Words};
use crate::station::counter::Act;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, HEADLINE, L, M, S, TARGET, TITLE, VALUE};
use crate::ui::theme::{self, Tone, ink, plate, press};
use crate::ui::widget::key_cap;
use crate::ui::widget::parts::BOLD;
use crate::ui::{Action, Context, Element, Outcome};

/// The name of the field for own words.
pub const OWN: &str = "leave-own-words";
/// Width of a choice, where there is so much room.
const WIDTH: f32 = 400.0;
/// Most characters of own words.
const LONGEST: usize = 200;

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Make way for the next resident.
    Park,
    /// Give the record up.
    Cancel,
}

/// The question, when it is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Leave {
    asked: Option<Asked>,
    /// Own words that were typed and not sent: whoever stays and asks again finds them.
    draft: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Asked {
    way: Way,
    /// What is typed, once own words are chosen.
    own: Option<String>,
    empty: bool,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Ask.
    Ask(Way),
    /// One of the usual reasons.
    Reason(usize),
    /// Own words, please.
    OwnWords,
    /// What is typed.
    Typed(String),
    /// Leave with own words.
    Send,
    /// Stay.
    Stay,
}

impl Way {
    fn reasons(self) -> [&'static str; 3] {
        match self {
            Self::Park => ["verify-park-document", "verify-park-away", "verify-park-device"],
            Self::Cancel => ["verify-cancel-wish", "verify-cancel-wrong", "verify-cancel-repeat"],
        }
    }

    fn key(self, part: &str) -> String {
        let way = match self {
            Self::Park => "park",
            Self::Cancel => "cancel",
        };
        format!("verify-{way}-{part}")
    }

    fn act(self, reason: String) -> Act {
        match self {
            Self::Park => Act::Park { reason },
            Self::Cancel => Act::Cancel { reason },
        }
    }
}

impl Leave {
    /// Whether the question is asked.
    pub fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// The two ways to leave, for the bar of a screen.
    pub fn offers(ctx: &Context<'_>) -> [Action<Message>; 2] {
        Self::offers_by(ctx, Key::Char('p'))
    }

    /// The same with another key to park, where letters are typed.
    pub fn offers_by(ctx: &Context<'_>, park: Key) -> [Action<Message>; 2] {
        [
            Action::secondary(park, ctx.t("key-park"), Message::Ask(Way::Park)),
            Action::danger(Key::F(9), ctx.t("verify-cancel"), Message::Ask(Way::Cancel)),
        ]
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Message) -> Vec<Outcome> {
        match (message, &mut self.asked) {
            (Message::Ask(way), asked) => *asked = Some(Asked { way, own: None, empty: false }),
            (Message::Stay, asked) => *asked = None,
            (Message::Reason(place), Some(asked)) => {
                let Some(key) = asked.way.reasons().get(place).copied() else { return Vec::new() };
                // The record speaks Indonesian whatever the window speaks.
                let act = asked.way.act(Words::of(Language::Indonesian).get(key));
                *self = Self::default();
                return vec![Outcome::Do(act)];
            }
            (Message::OwnWords, Some(asked)) => {
                asked.own = Some(self.draft.clone());
                return vec![Outcome::Focus(OWN)];
            }
            (Message::Typed(words), Some(asked)) => {
                self.draft = words.chars().take(LONGEST).collect();
                (asked.own, asked.empty) = (Some(self.draft.clone()), false);
            }
            (Message::Send, Some(asked)) => {
                let reason = asked.own.as_deref().unwrap_or_default().trim().to_owned();
                if reason.is_empty() {
                    asked.empty = true;
                    return vec![Outcome::Focus(OWN)];
                }
                let act = asked.way.act(reason);
                *self = Self::default();
                return vec![Outcome::Do(act)];
            }
            (Message::Reason(_) | Message::OwnWords | Message::Typed(_) | Message::Send, None) => {}
        }
        Vec::new()
    }

    /// What can be done while it is asked.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let Some(asked) = &self.asked else { return Vec::new() };
        let stay = Action::secondary(Key::Escape, ctx.t("verify-stay"), Message::Stay);
        if asked.own.is_some() {
            return vec![stay, Action::primary(Key::Enter, ctx.t(&asked.way.key("do")), Message::Send)];
        }
        let digits = ['1', '2', '3'].into_iter().enumerate();
        let mut all: Vec<_> = digits.map(|(n, digit)| Action::hidden(Key::Char(digit), Message::Reason(n))).collect();
        all.push(Action::hidden(Key::Char('4'), Message::OwnWords));
        all.push(stay);
        all
    }

    /// The question in place of the screen's body.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Option<Element<'a, Message>> {
        let asked = self.asked.as_ref()?;
        let (tone, icon) = match asked.way {
            Way::Park => (Tone::Primary, "●"),
            Way::Cancel => (Tone::Bad, "▲"),
        };
        let head = row![
            text(icon).size(HEADLINE).style(ink::tone(tone)),
            text(ctx.t(&asked.way.key("question"))).size(HEADLINE).font(BOLD),
        ];
        let mut parts = column![
            head.spacing(M).align_y(Center),
            text(ctx.t(&asked.way.key("explained"))).size(VALUE).style(ink::muted),
        ]
        .spacing(M);
        for (n, (key, digit)) in asked.way.reasons().into_iter().zip(['1', '2', '3']).enumerate() {
            parts = parts.push(choice(digit, ctx.t(key), false, Message::Reason(n)));
        }
        parts = parts.push(match &asked.own {
            None => choice('4', ctx.t("verify-own-words"), false, Message::OwnWords),
            Some(own) => own_words(ctx, own, asked.empty),
        });
        Some(container(parts).width(Fill).padding(L).style(plate::outlined(tone)).into())
    }
}

/// A numbered choice; all of a list are equally wide.
pub(in crate::ui::screen) fn choice<'a, M: Clone + 'a>(
    digit: char,
    words: String,
    chosen: bool,
    message: M,
) -> Element<'a, M> {
    let mark = if chosen { "●" } else { "" };
    let line = row![
        key_cap(Key::Char(digit)),
        text(words).size(VALUE).font(BOLD),
        iced::widget::space::horizontal(),
        text(mark).size(VALUE).style(ink::tone(Tone::Primary)),
    ];
    let choice = button(container(line.spacing(M).align_y(Center)).center_y(Fill))
        .height(TARGET)
        .width(Fill)
        .padding([0.0, M])
        .style(press::row(chosen))
        .on_press(message);
    container(choice).max_width(WIDTH).into()
}

/// The field for own words, with a sentence when it is empty.
fn own_words<'a>(ctx: &Context<'a>, own: &str, empty: bool) -> Element<'a, Message> {
    let field = text_input(&ctx.t("verify-own-words-hint"), own)
        .id(OWN)
        .on_input(Message::Typed)
        .size(TITLE)
        .padding(M)
        .style(theme::field);
    let complaint = if empty { ctx.t("verify-reason-missing") } else { String::new() };
    column![field, text(complaint).size(BODY).style(ink::tone(Tone::Bad))].spacing(S).into()
}
