//! A program on a line whose far end the test holds.

use iced_test::Simulator;
use rekam::office::words::{Language, Words};
use rekam::station::counter::{Act, Board, FarEnd, Line};
use rekam::ui::app::{App, Message, SMALLEST, Shown};
use rekam::ui::keys::{Key, Press};
use rekam::ui::preferences::Tongue;
use rekam::ui::theme::Look;
use rekam::ui::{Preferences, settings};
use std::sync::Arc;
use time::macros::datetime;

/// The program, and the counter's end of its line.
pub struct Rig {
    pub app: App,
    pub far: FarEnd,
}

impl Rig {
    /// The program before this board, in Indonesian, light, 100 %.
    pub fn before(board: Board) -> Self {
        Self::with(board, Preferences::default())
    }

    /// The same with preferences.
    pub fn with(board: Board, preferences: Preferences) -> Self {
        let (line, far) = Line::new(board);
        Self { app: App::new(line, preferences, datetime!(2026-11-23 02:15 UTC)), far }
    }

    /// Hangs up another board; whatever was asked for counts as carried out.
    pub fn show(&mut self, board: Board) {
        let mut board = board;
        board.version = self.app.board().version + 1;
        board.answered = u64::MAX / 2;
        self.far.board.send_replace(Arc::new(board));
        drop(self.app.update(Message::BoardArrived));
    }

    /// Presses a key that no field keeps.
    pub fn press(&mut self, key: Key) {
        drop(self.app.update(Message::Pressed(Press { key, repeat: false })));
    }

    /// A key that is held down.
    pub fn hold(&mut self, key: Key) {
        drop(self.app.update(Message::Pressed(Press { key, repeat: true })));
    }

    /// What the counter was asked for since the last look.
    pub fn acts(&mut self) -> Vec<Act> {
        self.far.acts.try_iter().map(|(_, act)| act).collect()
    }

    /// Whether a text stands on the screen, as a whole.
    pub fn sees(&self, text: &str) -> bool {
        self.simulator().find(text).is_ok()
    }

    /// The Indonesian words of a key.
    pub fn words(key: &str) -> String {
        Words::of(Language::Indonesian).get(key)
    }

    /// Which screen is shown.
    pub fn shown(&self) -> Shown {
        self.app.shown()
    }

    /// The simulator of the smallest screen.
    pub fn simulator(&self) -> Simulator<'_, Message> {
        Simulator::with_size(settings(), SMALLEST, self.app.view())
    }

    /// Lets an operator act, and feeds what came of it back.
    pub fn drive(&mut self, act: impl FnOnce(&mut Simulator<'_, Message>) -> Result<(), iced_test::Error>) {
        let mut simulator = self.simulator();
        act(&mut simulator).unwrap();
        let messages: Vec<_> = simulator.into_messages().collect();
        for message in messages {
            drop(self.app.update(message));
        }
    }

    /// Clicks a field of this name and types into it.
    pub fn type_into(&mut self, field: &'static str, text: &str) {
        for letter in text.chars() {
            self.drive(|ui| {
                ui.click(iced_test::selector::id(field))?;
                // Behind what stands there already.
                let _ = ui.tap_key(iced::keyboard::key::Named::End);
                let _ = ui.typewrite(&letter.to_string());
                Ok(())
            });
        }
    }
}

/// The looks and languages in which every screen is looked at.
pub const APPEARANCES: [(Tongue, Look, &str); 4] = [
    (Tongue::Indonesian, Look::Light, "id-light"),
    (Tongue::Indonesian, Look::Dark, "id-dark"),
    (Tongue::English, Look::Light, "en-light"),
    (Tongue::English, Look::Contrast, "en-contrast"),
];

/// States whose pictures are kept in the repository, light and dark: a change of them is looked at before it is kept.
const KEPT: [&str; 25] = [
    "login-closed",
    "login-locked",
    "setup-place",
    "home-empty",
    "home-called-calm",
    "verify-begin",
    "verify-warning",
    "photo-live",
    "photo-taken",
    "photo-guided",
    "photo-faulty",
    "signature-written",
    "fingerprints-live",
    "fingerprints-all",
    "iris-live",
    "confirm-compare",
    "confirm-close",
    "done-plain",
    "supervisor-1-approvals",
    "supervisor-1-review",
    "supervisor-2-duplicates",
    "supervisor-4-batch",
    "devices-ready",
    "settings-rules",
    "help-fingerprints",
];

/// Set to keep new pictures instead of comparing with the old ones.
const KEEP: &str = "REKAM_KEEP_SNAPSHOTS";

/// Draws a screen in every appearance and writes it as `target/screens/<name>-<appearance>-tiny-skia.png`, to be looked
/// at. What is [`KEPT`] is compared with the picture in the repository; a picture that is not there is a failure.
pub fn look_at(name: &str, board: &Board, prepare: impl Fn(&mut Rig)) {
    for (language, look, appearance) in APPEARANCES {
        let preferences = Preferences { language, look, ..Preferences::default() };
        let mut rig = Rig::with(board.clone(), preferences);
        prepare(&mut rig);
        let picture = rig.simulator().snapshot(&look.theme()).unwrap();
        compare(name, appearance, &picture);
    }
}

/// Writes a picture to be looked at, and compares it, at the size of the smallest screen, with the kept one.
pub fn compare(name: &str, appearance: &str, picture: &iced_test::simulator::Snapshot) {
    let root = env!("CARGO_MANIFEST_DIR");
    let seen = format!("{root}/target/screens/{name}-{appearance}");
    let file = format!("{seen}-tiny-skia.png");
    drop(std::fs::remove_file(&file));
    assert!(picture.matches_image(&seen).unwrap());
    if !KEPT.contains(&name) || !appearance.starts_with("id-") {
        return;
    }
    let drawn = halved(&file);
    let kept = format!("{root}/tests/window/snapshots/{name}-{appearance}.png");
    if std::env::var_os(KEEP).is_some() {
        keep(&kept, &drawn);
        return;
    }
    assert!(std::path::Path::new(&kept).exists(), "{kept} is missing; look at {file} and set {KEEP}");
    let before = image::open(&kept).unwrap().into_rgb8();
    assert!(before == drawn, "{name} {appearance} changed; look at {file} and set {KEEP}");
}

/// The picture at half its size: each pixel the mean of four.
fn halved(file: &str) -> image::RgbImage {
    let large = image::open(file).unwrap().into_rgb8();
    image::RgbImage::from_fn(large.width() / 2, large.height() / 2, |x, y| {
        let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| large.get_pixel(2 * x + dx, 2 * y + dy).0);
        image::Rgb([0, 1, 2].map(|c| (four.iter().map(|p| u32::from(p[c])).sum::<u32>() / 4) as u8))
    })
}

fn keep(path: &str, picture: &image::RgbImage) {
    use image::ImageEncoder;
    use image::codecs::png::{CompressionType, FilterType, PngEncoder};
    std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
    let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let encoder = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
    encoder.write_image(picture.as_raw(), picture.width(), picture.height(), image::ExtendedColorType::Rgb8).unwrap();
}
