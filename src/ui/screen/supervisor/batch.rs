//! What leaves the station: approved records into a folder, normally on a USB stick, with the progress and the batches
//! so far.

use std::path::PathBuf;

use iced::widget::{column, container, progress_bar, row, text, text_input};
use iced::{Center, Fill};

use super::list::{self, Row};
use super::{panel, phrase};
use crate::batch::Stage;
use crate::domain::dates::format_dmy;
use crate::station::counter::{Act, BackRoom, Export};
use crate::store::{Batch as Sent, BatchState};
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, HEADLINE, L, M, S, TITLE, VALUE};
use crate::ui::theme::{Tone, field, ink, meter, plate};
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{caption, key_cap};
use crate::ui::{Action, Context, Element, Outcome};

/// The field of the folder.
pub const FOLDER: &str = "supervisor-folder";

/// The part.
#[derive(Debug, Default)]
pub struct Batch {
    /// What was typed; the station's own folder until then.
    folder: Option<String>,
    nudged: bool,
    discarding: bool,
    /// Pages of older batches gone through.
    page: usize,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The folder was typed.
    Folder(String),
    /// Put the cursor into the field.
    Field,
    /// Write the batch.
    Export,
    /// Stop writing.
    Stop,
    /// Give up the begun batch: asks.
    Discard,
    /// Yes.
    Confirm,
    /// Close the question.
    Close,
    /// Older batches.
    Older,
    /// Newer batches.
    Newer,
}

fn begun(room: &BackRoom) -> Option<&Sent> {
    room.batches.iter().find(|batch| batch.state == BatchState::Begun)
}

/// Batches of a page.
const BATCHES: usize = 6;

fn last_page(room: &BackRoom) -> usize {
    room.batches.len().saturating_sub(1) / BATCHES
}

fn running(room: &BackRoom) -> Option<(Stage, f32)> {
    match room.export {
        Some(Export::Running(stage, share)) => Some((stage, share)),
        Some(Export::Written(_) | Export::Nothing | Export::Failed) | None => None,
    }
}

impl Batch {
    fn folder(&self, ctx: &Context<'_>) -> String {
        self.folder.clone().unwrap_or_else(|| ctx.board.place.folder.join("outbox").to_string_lossy().into_owned())
    }

    /// Whether a question is open, or something runs that Escape stops.
    pub fn is_open(&self, room: &BackRoom) -> bool {
        running(room).is_some() || self.asks(room)
    }

    fn page(&self, room: &BackRoom) -> usize {
        self.page.min(last_page(room))
    }

    fn asks(&self, room: &BackRoom) -> bool {
        self.discarding && begun(room).is_some()
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Message, room: &BackRoom, ctx: &Context<'_>) -> Vec<Outcome> {
        match message {
            Message::Folder(folder) => {
                self.folder = Some(folder);
                self.nudged = false;
            }
            Message::Field => return vec![Outcome::Focus(FOLDER)],
            Message::Export => return self.export(room, ctx),
            Message::Stop => return vec![Outcome::Do(Act::StopExport)],
            Message::Discard => self.discarding = true,
            Message::Confirm => {
                self.discarding = false;
                return vec![Outcome::Do(Act::DiscardBegun)];
            }
            Message::Close => self.discarding = false,
            Message::Older => self.page = (self.page(room) + 1).min(last_page(room)),
            Message::Newer => self.page = self.page(room).saturating_sub(1),
        }
        Vec::new()
    }

    fn export(&mut self, room: &BackRoom, ctx: &Context<'_>) -> Vec<Outcome> {
        if ctx.waiting || running(room).is_some() {
            return Vec::new();
        }
        let folder = self.folder(ctx).trim().to_owned();
        self.nudged = folder.is_empty();
        if self.nudged { vec![Outcome::Focus(FOLDER)] } else { vec![Outcome::Do(Act::Export(PathBuf::from(folder)))] }
    }

    /// What can be done now.
    pub fn actions(&self, room: &BackRoom, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if running(room).is_some() {
            return vec![Action::danger(Key::Escape, ctx.t("supervisor-export-stop"), Message::Stop)];
        }
        if self.asks(room) {
            return panel::perilous(ctx, ctx.t("supervisor-discard-yes"), Message::Confirm, Message::Close);
        }
        let mut actions = vec![
            Action::primary(Key::Enter, ctx.t("supervisor-export"), Message::Export),
            Action::secondary(Key::F(3), ctx.t("supervisor-folder-change"), Message::Field),
        ];
        actions.push(Action::hidden(Key::PageDown, Message::Older));
        actions.push(Action::hidden(Key::PageUp, Message::Newer));
        if begun(room).is_some() {
            actions.push(Action::danger(Key::Char('d'), ctx.t("supervisor-discard"), Message::Discard));
        }
        actions
    }

    /// The part itself.
    pub fn view<'a>(&'a self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        let side = match begun(room).filter(|_| self.discarding) {
            Some(batch) => panel::question(
                Tone::Bad,
                ctx.say("supervisor-discard-ask", &[("file", phrase::batch_name(&batch.file))]),
                ctx.t("supervisor-discard-follows"),
                Vec::new(),
            ),
            None => panel::details(counted(room, ctx)),
        };
        let sending = container(self.sending(room, ctx)).padding(L).width(Fill).style(plate::card);
        panel::beside(column![sending, self.batches(room, ctx)].spacing(M).into(), side)
    }

    /// Where to, how far, and what came of it.
    fn sending<'a>(&'a self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        if let Some((stage, share)) = running(room) {
            let percent = (share.clamp(0.0, 1.0) * 100.0).round();
            return column![
                text(phrase::export_stage(ctx, stage)).size(TITLE).font(BOLD),
                progress_bar(0.0..=100.0, percent).girth(16.0).style(meter(Tone::Primary)),
                row![text(format!("{percent} %")).size(VALUE).font(BOLD), caption(ctx.t("supervisor-export-wait"))]
                    .spacing(M)
                    .align_y(Center),
            ]
            .spacing(M)
            .into();
        }
        let folder = text_input("", &self.folder(ctx))
            .id(FOLDER)
            .on_input(Message::Folder)
            .on_submit(Message::Export)
            .size(VALUE)
            .padding(S)
            .style(field);
        let field = row![key_cap(Key::F(3)), folder].spacing(S).align_y(Center);
        let mut words = column![caption(ctx.t("supervisor-folder")), field].spacing(S);
        if self.nudged {
            words = words.push(panel::sentence(Tone::Warning, ctx.t("supervisor-folder-missing")));
        }
        words.push(ended(room, ctx)).into()
    }

    fn batches<'a>(&self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        let count = room.batches.len();
        if count == 0 {
            return panel::empty(ctx.t("supervisor-batches-empty"), ctx.t("supervisor-batches-empty-how"));
        }
        let columns = [
            (ctx.t("supervisor-column-batch"), 10),
            (ctx.t("supervisor-column-date"), 3),
            (ctx.t("supervisor-column-count"), 2),
            (ctx.t("supervisor-column-state"), 7),
        ];
        let first = self.page(room) * BATCHES;
        let shown = room.batches.get(first..).unwrap_or_default();
        let shown = shown.get(..BATCHES).unwrap_or(shown);
        let rows = list::table(ctx, &columns, None, shown.len(), |at| match shown.get(at) {
            Some(batch) => row_of(batch, ctx),
            None => Row { cells: Vec::new(), message: None },
        });
        let mut rows = column![rows].spacing(S);
        if count > BATCHES {
            rows = rows.push(list::page_line(ctx, first..first + shown.len(), count));
        }
        rows.into()
    }
}

fn ended<'a>(room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
    match &room.export {
        Some(Export::Written(files)) => {
            let mut lines = column![panel::sentence(Tone::Good, ctx.t("supervisor-export-written"))].spacing(S);
            for (file, records) in files.iter().take(2) {
                let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
                let said = ctx.say("supervisor-export-file", &[("file", &name), ("count", &records.to_string())]);
                lines = lines.push(text(said).size(BODY).font(BOLD));
            }
            lines.into()
        }
        Some(Export::Nothing) => panel::sentence(Tone::Neutral, ctx.t("supervisor-export-nothing")),
        Some(Export::Failed) => panel::sentence(Tone::Bad, ctx.t("supervisor-export-failed")),
        Some(Export::Running(..)) | None => caption(ctx.t("supervisor-export-hint")),
    }
}

/// What would leave, and what cannot yet.
fn counted<'a>(room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut words = column![
        text(room.unsent.to_string()).size(HEADLINE).font(BOLD),
        text(ctx.t("supervisor-approved-unsent")).size(BODY).style(ink::muted),
    ]
    .spacing(S);
    if !room.approvals.is_empty() {
        let count = room.approvals.len().to_string();
        words = words.push(panel::sentence(Tone::Warning, ctx.say("supervisor-unapproved", &[("count", &count)])));
    }
    if begun(room).is_some() {
        words = words.push(panel::sentence(Tone::Warning, ctx.t("supervisor-begun-explained")));
    }
    words.spacing(M).into()
}

fn row_of<'a>(batch: &'a Sent, ctx: &Context<'a>) -> Row<'a, Message> {
    let (tone, state) = phrase::batch_state(ctx, batch.state);
    Row {
        cells: vec![
            list::strong(panel::short(&batch.file, 46)),
            list::cell(format_dmy(ctx.board.place.zone.date(batch.committed_at.unwrap_or(batch.begun_at)))),
            list::cell(batch.records.to_string()),
            list::state(tone, state),
        ],
        message: None,
    }
}
