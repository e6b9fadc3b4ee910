//! Whether there is a screen to draw on, found out before the toolkit is asked: it would panic.

use std::path::PathBuf;

/// Why no window can be opened.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// Neither X11 nor Wayland.
    #[error(
        "there is no display: start rekam on the desktop, or set DISPLAY; rekam simulate and rekam batch work without one"
    )]
    NoDisplay,
    /// The libraries of the display are not installed.
    #[error("libraries of the display are missing: install them with: apt install {}", .0.join(" "))]
    Libraries(Vec<&'static str>),
    /// The toolkit gave up.
    #[error("the window cannot be opened; check that the display named by DISPLAY runs and may be used")]
    Toolkit(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Libraries that the X11 side loads at run time, with the Debian package of each.
const X11: [(&str, &str); 5] = [
    ("libX11.so.6", "libx11-6"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libXcursor.so.1", "libxcursor1"),
    ("libXi.so.6", "libxi6"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
];

/// The same for Wayland.
const WAYLAND: [(&str, &str); 2] =
    [("libwayland-client.so.0", "libwayland-client0"), ("libxkbcommon.so.0", "libxkbcommon0")];

/// Checks display and libraries.
///
/// # Errors
/// [`WindowError::NoDisplay`], [`WindowError::Libraries`].
pub fn check() -> Result<(), WindowError> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let wanted: &[(&str, &str)] = if set("WAYLAND_DISPLAY") || set("WAYLAND_SOCKET") {
        &WAYLAND
    } else if set("DISPLAY") {
        &X11
    } else {
        return Err(WindowError::NoDisplay);
    };
    let missing: Vec<&'static str> =
        wanted.iter().filter(|(library, _)| !is_installed(library)).map(|(_, package)| *package).collect();
    if missing.is_empty() { Ok(()) } else { Err(WindowError::Libraries(missing)) }
}

/// Looks where the dynamic loader looks. (Loading it to see would be unsafe code for a question of presence.)
fn is_installed(library: &str) -> bool {
    let from_environment = std::env::var_os("LD_LIBRARY_PATH");
    let own = from_environment.iter().flat_map(std::env::split_paths).collect::<Vec<PathBuf>>();
    let usual = ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
    let multi = usual.clone().map(|folder| folder.join(&triplet));
    own.iter().chain(&usual).chain(&multi).any(|folder| folder.join(library).exists())
}
