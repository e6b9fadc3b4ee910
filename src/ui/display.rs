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
    /// The variable names a display that nobody serves.
    #[error(
        "the display {0:?} does not answer: check DISPLAY and that this account may use it; rekam simulate and rekam batch work without one"
    )]
    Silent(String),
    /// The window was there and failed.
    #[error("the window has failed; start rekam again, every accepted sample is safe")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
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
    let missing = missing(wanted, &folders());
    if !missing.is_empty() {
        return Err(WindowError::Libraries(missing));
    }
    match std::env::var("DISPLAY") {
        Ok(name) if std::ptr::eq(wanted, X11.as_slice()) && !answers(&name) => Err(WindowError::Silent(name)),
        _ => Ok(()),
    }
}

/// Whether somebody listens at a display of this computer. Displays elsewhere are left to the toolkit to try.
fn answers(display: &str) -> bool {
    match local_number(display) {
        Some(number) => connects(&format!("/tmp/.X11-unix/X{number}")),
        None => true,
    }
}

/// `:0`, `:0.1`, `unix:0`: the number of a display of this computer.
fn local_number(display: &str) -> Option<u32> {
    let (host, rest) = display.split_once(':')?;
    if !matches!(host, "" | "unix") {
        return None;
    }
    rest.split('.').next()?.parse().ok()
}

#[cfg(target_os = "linux")]
fn connects(path: &str) -> bool {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream};
    // Servers listen at the path, in the abstract space, or both.
    let hidden = SocketAddr::from_abstract_name(path).and_then(|name| UnixStream::connect_addr(&name));
    hidden.is_ok() || UnixStream::connect(path).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn connects(_: &str) -> bool {
    true
}

/// The packages of the libraries that lie in none of the folders.
fn missing(wanted: &[(&str, &'static str)], folders: &[PathBuf]) -> Vec<&'static str> {
    let absent = |library: &str| !folders.iter().any(|folder| folder.join(library).exists());
    wanted.iter().filter(|(library, _)| absent(library)).map(|(_, package)| *package).collect()
}

/// Where the dynamic loader looks. (Loading a library to see would be unsafe code for a question of presence.)
fn folders() -> Vec<PathBuf> {
    let from_environment = std::env::var_os("LD_LIBRARY_PATH");
    let own = from_environment.iter().flat_map(std::env::split_paths).collect::<Vec<PathBuf>>();
    let usual = ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
    let multi = usual.clone().map(|folder| folder.join(&triplet));
    own.into_iter().chain(usual).chain(multi).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_displays_of_this_computer_are_asked() {
        assert_eq!([":0", ":12.1", "unix:3"].map(local_number), [Some(0), Some(12), Some(3)]);
        assert_eq!(["far.example:0", "nonsense", ":x"].map(local_number), [None, None, None]);
        assert!(answers("far.example:0"));
    }

    #[test]
    fn every_missing_library_is_named_by_its_package() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("libXi.so.6"), b"").unwrap();
        let found = missing(&X11, &[folder.path().to_owned()]);
        assert_eq!(found, ["libx11-6", "libx11-xcb1", "libxcursor1", "libxkbcommon-x11-0"]);
        let sentence = WindowError::Libraries(found).to_string();
        assert!(sentence.contains("apt install libx11-6") && !sentence.contains('\n'), "{sentence}");
    }
}
