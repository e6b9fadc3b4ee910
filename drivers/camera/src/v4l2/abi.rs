//! The kernel's structures and call numbers (`linux/videodev2.h`, `linux/uvcvideo.h`).
//!
//! Only what is used, with unions written as their one used member and the room of the others. Sizes are checked while
//! compiling, because a call's number carries the size of its structure: a wrong one would be another call.

use std::ffi::{c_int, c_long, c_ulong};

use rustix::ioctl::{Opcode, opcode};

/// `V4L2_BUF_TYPE_VIDEO_CAPTURE`
pub const VIDEO_CAPTURE: u32 = 1;
/// `V4L2_MEMORY_MMAP`
pub const MEMORY_MMAP: u32 = 1;
/// `V4L2_FIELD_NONE`: whole pictures, not every other line.
pub const FIELD_NONE: u32 = 1;
/// `V4L2_CAP_VIDEO_CAPTURE`
pub const CAP_VIDEO_CAPTURE: u32 = 0x0000_0001;
/// `V4L2_CAP_STREAMING`
pub const CAP_STREAMING: u32 = 0x0400_0000;
/// `V4L2_CAP_DEVICE_CAPS`
pub const CAP_DEVICE_CAPS: u32 = 0x8000_0000;
/// `V4L2_BUF_FLAG_ERROR`: the picture came, but not whole.
pub const FLAG_ERROR: u32 = 0x0000_0040;
/// `V4L2_FRMSIZE_TYPE_DISCRETE`
pub const SIZE_DISCRETE: u32 = 1;
/// `V4L2_CTRL_TYPE_BUTTON`: a control that is pressed, without a value.
pub const CTRL_BUTTON: u32 = 4;
/// `V4L2_CTRL_FLAG_DISABLED`
pub const CTRL_DISABLED: u32 = 0x0001;
/// `V4L2_CTRL_FLAG_READ_ONLY`
pub const CTRL_READ_ONLY: u32 = 0x0004;
/// `V4L2_CTRL_FLAG_NEXT_CTRL`
pub const CTRL_NEXT: u32 = 0x8000_0000;
/// `UVC_SET_CUR`
pub const UVC_SET_CUR: u8 = 0x01;

/// `struct v4l2_capability`
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct Capability {
    pub driver: [u8; 16],
    pub card: [u8; 32],
    pub bus_info: [u8; 32],
    pub version: u32,
    pub capabilities: u32,
    pub device_caps: u32,
    pub reserved: [u32; 3],
}

/// `struct v4l2_fmtdesc`
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct FmtDesc {
    pub index: u32,
    pub kind: u32,
    pub flags: u32,
    pub description: [u8; 32],
    pub pixelformat: u32,
    pub mbus_code: u32,
    pub reserved: [u32; 3],
}

/// `struct v4l2_frmsizeenum`; `stepwise` holds width and height alone where the sizes are discrete.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct FrmSizeEnum {
    pub index: u32,
    pub pixel_format: u32,
    pub kind: u32,
    /// Discrete: width, height. Else: least and most width, its step, least and most height, its step.
    pub stepwise: [u32; 6],
    pub reserved: [u32; 2],
}

/// `struct v4l2_pix_format`
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct PixFormat {
    pub width: u32,
    pub height: u32,
    pub pixelformat: u32,
    pub field: u32,
    pub bytesperline: u32,
    pub sizeimage: u32,
    pub colorspace: u32,
    pub private: u32,
    pub flags: u32,
    pub ycbcr_enc: u32,
    pub quantization: u32,
    pub xfer_func: u32,
}

/// `struct v4l2_format` of a capture device. Its union holds pointers in another member, hence the gap.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct Format {
    pub kind: u32,
    #[cfg(target_pointer_width = "64")]
    pub gap: u32,
    pub pix: PixFormat,
    pub rest: [u8; 152],
}

/// `struct v4l2_requestbuffers`
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct RequestBuffers {
    pub count: u32,
    pub kind: u32,
    pub memory: u32,
    pub capabilities: u32,
    pub flags: u8,
    pub reserved: [u8; 3],
}

/// `struct v4l2_buffer`; of its union the offset of mapped memory is used.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct Buffer {
    pub index: u32,
    pub kind: u32,
    pub bytesused: u32,
    pub flags: u32,
    pub field: u32,
    pub timestamp: [c_long; 2],
    pub timecode: [u8; 16],
    pub sequence: u32,
    pub memory: u32,
    pub m: Place,
    pub length: u32,
    pub reserved2: u32,
    pub request_fd: u32,
}

/// The union in [`Buffer`], as the number of bytes it takes. The offset is its first four.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Place(pub c_ulong);

impl Place {
    /// The offset of mapped memory.
    pub fn offset(self) -> u32 {
        let bytes = self.0.to_ne_bytes();
        let first = bytes.first_chunk::<4>().copied().unwrap_or_default();
        u32::from_ne_bytes(first)
    }
}

/// `struct v4l2_queryctrl`
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct QueryCtrl {
    pub id: u32,
    pub kind: u32,
    pub name: [u8; 32],
    pub minimum: i32,
    pub maximum: i32,
    pub step: i32,
    pub default_value: i32,
    pub flags: u32,
    pub reserved: [u32; 2],
}

/// `struct v4l2_control`
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct Control {
    pub id: u32,
    pub value: i32,
}

/// `struct uvc_xu_control_query`
#[repr(C)]
#[derive(Debug)]
#[allow(missing_docs, reason = "the kernel's documentation describes every field")]
pub struct ExtensionQuery {
    pub unit: u8,
    pub selector: u8,
    pub query: u8,
    pub size: u16,
    pub data: *mut u8,
}

const _: () = {
    assert!(size_of::<Capability>() == 104);
    assert!(size_of::<FmtDesc>() == 64);
    assert!(size_of::<FrmSizeEnum>() == 44);
    assert!(size_of::<PixFormat>() == 48);
    assert!(size_of::<RequestBuffers>() == 20);
    assert!(size_of::<QueryCtrl>() == 68);
    assert!(size_of::<Control>() == 8);
};

// With 32 bits the kernel knows two layouts of a picture's time, and none of these sizes is checked for either.
#[cfg(not(target_pointer_width = "64"))]
compile_error!("video devices are driven on 64-bit systems only");

const _: () = {
    assert!(size_of::<Format>() == 208);
    assert!(size_of::<Buffer>() == 88);
    assert!(size_of::<ExtensionQuery>() == 16);
};

/// `VIDIOC_QUERYCAP`
pub const QUERYCAP: Opcode = opcode::read::<Capability>(b'V', 0);
/// `VIDIOC_ENUM_FMT`
pub const ENUM_FMT: Opcode = opcode::read_write::<FmtDesc>(b'V', 2);
/// `VIDIOC_S_FMT`
pub const S_FMT: Opcode = opcode::read_write::<Format>(b'V', 5);
/// `VIDIOC_REQBUFS`
pub const REQBUFS: Opcode = opcode::read_write::<RequestBuffers>(b'V', 8);
/// `VIDIOC_QUERYBUF`
pub const QUERYBUF: Opcode = opcode::read_write::<Buffer>(b'V', 9);
/// `VIDIOC_QBUF`
pub const QBUF: Opcode = opcode::read_write::<Buffer>(b'V', 15);
/// `VIDIOC_DQBUF`
pub const DQBUF: Opcode = opcode::read_write::<Buffer>(b'V', 17);
/// `VIDIOC_STREAMON`
pub const STREAMON: Opcode = opcode::write::<c_int>(b'V', 18);
/// `VIDIOC_STREAMOFF`
pub const STREAMOFF: Opcode = opcode::write::<c_int>(b'V', 19);
/// `VIDIOC_G_CTRL`
pub const G_CTRL: Opcode = opcode::read_write::<Control>(b'V', 27);
/// `VIDIOC_S_CTRL`
pub const S_CTRL: Opcode = opcode::read_write::<Control>(b'V', 28);
/// `VIDIOC_QUERYCTRL`
pub const QUERYCTRL: Opcode = opcode::read_write::<QueryCtrl>(b'V', 36);
/// `VIDIOC_ENUM_FRAMESIZES`
pub const ENUM_FRAMESIZES: Opcode = opcode::read_write::<FrmSizeEnum>(b'V', 74);
/// `UVCIOC_CTRL_QUERY`
pub const UVC_CTRL_QUERY: Opcode = opcode::read_write::<ExtensionQuery>(b'u', 0x21);

impl Default for Format {
    fn default() -> Self {
        Self {
            kind: VIDEO_CAPTURE,
            #[cfg(target_pointer_width = "64")]
            gap: 0,
            pix: PixFormat::default(),
            rest: [0; 152],
        }
    }
}

/// Text in a field of fixed length.
pub fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).trim().to_owned()
}
