//! Writes the bindings to standard output: what stands in `src/bindings.rs`.
//!
//! `cargo run -p rekam-fingerprint-sys --features bindgen --example generate > drivers/fingerprint-sys/src/bindings.rs`
//! needs libclang and the packages libfprint-2-dev and libglib2.0-dev; `FPRINT_CFLAGS` stands in for
//! `pkg-config --cflags libfprint-2` where the headers lie elsewhere.

use std::error::Error;
use std::process::Command;

/// What the session calls, and nothing else.
const FUNCTIONS: [&str; 4] = [
    "fp_context_(new|enumerate|get_devices)",
    "fp_(device_(get_driver|get_device_id|get_name|has_feature|open_sync|close_sync|capture_sync|error_quark|retry_quark)|image_get_(width|height|data))",
    "g_(object_(ref|unref|get_property)|value_(init|unset|get_object)|error_free|io_error_quark)",
    "g_(cancellable_(new|cancel)|main_context_iteration|idle_source_new|source_(set_callback|set_priority|attach|unref))",
];

fn flags() -> Result<Vec<String>, Box<dyn Error>> {
    let text = match std::env::var("FPRINT_CFLAGS") {
        Ok(given) => given,
        Err(_) => String::from_utf8(Command::new("pkg-config").args(["--cflags", "libfprint-2"]).output()?.stdout)?,
    };
    Ok(text.split_whitespace().map(str::to_owned).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut builder = bindgen::Builder::default()
        .header_contents("libfprint.h", "#include <fprint.h>\n#include <gio/gio.h>")
        .clang_args(flags()?)
        .dynamic_library_name("Fprint")
        .dynamic_link_require_all(true)
        .layout_tests(false)
        .generate_comments(false)
        .default_enum_style(bindgen::EnumVariation::ModuleConsts)
        .allowlist_type("FpDevice(Error|Retry|Feature)")
        .allowlist_type("GError")
        .allowlist_type("GPtrArray")
        .opaque_type("_?Fp(Context|Device|Image|Print)")
        .opaque_type("_?G(Object|Cancellable|TypeInstance|InitiallyUnowned).*")
        .opaque_type("_?G(Source|Value)")
        .disable_header_comment()
        .raw_line("//! Generated from the headers of libfprint-2 by the example `generate`; not to be edited.");
    for functions in FUNCTIONS {
        builder = builder.allowlist_function(functions);
    }
    print!("{}", builder.generate()?);
    Ok(())
}
