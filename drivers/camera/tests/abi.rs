//! The kernel's own header agrees with the structures and numbers of the driver.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::process::Command;

use rekam_camera::v4l2::abi;

/// Name in C, and the number here.
fn numbers() -> Vec<(&'static str, u64)> {
    let size = |size: usize| size as u64;
    let call = |number: rustix::ioctl::Opcode| u64::from(number);
    vec![
        ("sizeof(struct v4l2_capability)", size(size_of::<abi::Capability>())),
        ("sizeof(struct v4l2_fmtdesc)", size(size_of::<abi::FmtDesc>())),
        ("sizeof(struct v4l2_frmsizeenum)", size(size_of::<abi::FrmSizeEnum>())),
        ("sizeof(struct v4l2_pix_format)", size(size_of::<abi::PixFormat>())),
        ("sizeof(struct v4l2_format)", size(size_of::<abi::Format>())),
        ("sizeof(struct v4l2_requestbuffers)", size(size_of::<abi::RequestBuffers>())),
        ("sizeof(struct v4l2_buffer)", size(size_of::<abi::Buffer>())),
        ("sizeof(struct v4l2_queryctrl)", size(size_of::<abi::QueryCtrl>())),
        ("sizeof(struct v4l2_control)", size(size_of::<abi::Control>())),
        ("sizeof(struct uvc_xu_control_query)", size(size_of::<abi::ExtensionQuery>())),
        ("offsetof(struct v4l2_capability, device_caps)", size(std::mem::offset_of!(abi::Capability, device_caps))),
        ("offsetof(struct v4l2_fmtdesc, pixelformat)", size(std::mem::offset_of!(abi::FmtDesc, pixelformat))),
        ("offsetof(struct v4l2_frmsizeenum, stepwise)", size(std::mem::offset_of!(abi::FrmSizeEnum, stepwise))),
        ("offsetof(struct v4l2_format, fmt.pix)", size(std::mem::offset_of!(abi::Format, pix))),
        ("offsetof(struct v4l2_pix_format, bytesperline)", size(std::mem::offset_of!(abi::PixFormat, bytesperline))),
        ("offsetof(struct v4l2_pix_format, sizeimage)", size(std::mem::offset_of!(abi::PixFormat, sizeimage))),
        ("offsetof(struct v4l2_buffer, bytesused)", size(std::mem::offset_of!(abi::Buffer, bytesused))),
        ("offsetof(struct v4l2_buffer, flags)", size(std::mem::offset_of!(abi::Buffer, flags))),
        ("offsetof(struct v4l2_buffer, memory)", size(std::mem::offset_of!(abi::Buffer, memory))),
        ("offsetof(struct v4l2_buffer, m.offset)", size(std::mem::offset_of!(abi::Buffer, m))),
        ("offsetof(struct v4l2_buffer, length)", size(std::mem::offset_of!(abi::Buffer, length))),
        ("offsetof(struct v4l2_queryctrl, minimum)", size(std::mem::offset_of!(abi::QueryCtrl, minimum))),
        ("offsetof(struct v4l2_queryctrl, flags)", size(std::mem::offset_of!(abi::QueryCtrl, flags))),
        ("offsetof(struct uvc_xu_control_query, size)", size(std::mem::offset_of!(abi::ExtensionQuery, size))),
        ("offsetof(struct uvc_xu_control_query, data)", size(std::mem::offset_of!(abi::ExtensionQuery, data))),
        ("VIDIOC_QUERYCAP", call(abi::QUERYCAP)),
        ("VIDIOC_ENUM_FMT", call(abi::ENUM_FMT)),
        ("VIDIOC_S_FMT", call(abi::S_FMT)),
        ("VIDIOC_REQBUFS", call(abi::REQBUFS)),
        ("VIDIOC_QUERYBUF", call(abi::QUERYBUF)),
        ("VIDIOC_QBUF", call(abi::QBUF)),
        ("VIDIOC_DQBUF", call(abi::DQBUF)),
        ("VIDIOC_STREAMON", call(abi::STREAMON)),
        ("VIDIOC_STREAMOFF", call(abi::STREAMOFF)),
        ("VIDIOC_G_CTRL", call(abi::G_CTRL)),
        ("VIDIOC_S_CTRL", call(abi::S_CTRL)),
        ("VIDIOC_QUERYCTRL", call(abi::QUERYCTRL)),
        ("VIDIOC_ENUM_FRAMESIZES", call(abi::ENUM_FRAMESIZES)),
        ("UVCIOC_CTRL_QUERY", call(abi::UVC_CTRL_QUERY)),
        ("V4L2_BUF_TYPE_VIDEO_CAPTURE", abi::VIDEO_CAPTURE.into()),
        ("V4L2_MEMORY_MMAP", abi::MEMORY_MMAP.into()),
        ("V4L2_FIELD_NONE", abi::FIELD_NONE.into()),
        ("V4L2_CAP_VIDEO_CAPTURE", abi::CAP_VIDEO_CAPTURE.into()),
        ("V4L2_CAP_STREAMING", abi::CAP_STREAMING.into()),
        ("V4L2_CAP_DEVICE_CAPS", abi::CAP_DEVICE_CAPS.into()),
        ("V4L2_BUF_FLAG_ERROR", abi::FLAG_ERROR.into()),
        ("V4L2_FRMSIZE_TYPE_DISCRETE", abi::SIZE_DISCRETE.into()),
        ("V4L2_CTRL_TYPE_BUTTON", abi::CTRL_BUTTON.into()),
        ("V4L2_CTRL_FLAG_DISABLED", abi::CTRL_DISABLED.into()),
        ("V4L2_CTRL_FLAG_READ_ONLY", abi::CTRL_READ_ONLY.into()),
        ("V4L2_CTRL_FLAG_NEXT_CTRL", abi::CTRL_NEXT.into()),
        ("UVC_SET_CUR", abi::UVC_SET_CUR.into()),
        ("V4L2_PIX_FMT_MJPEG", rekam_camera::v4l2::Pixels::Mjpeg.fourcc().into()),
        ("V4L2_PIX_FMT_YUYV", rekam_camera::v4l2::Pixels::Yuyv.fourcc().into()),
        ("V4L2_PIX_FMT_GREY", rekam_camera::v4l2::Pixels::Grey.fourcc().into()),
        ("V4L2_PIX_FMT_Y16", rekam_camera::v4l2::Pixels::Y16.fourcc().into()),
        ("V4L2_PIX_FMT_Y10", rekam_camera::v4l2::Pixels::Y10.fourcc().into()),
        ("V4L2_PIX_FMT_Y12", rekam_camera::v4l2::Pixels::Y12.fourcc().into()),
    ]
}

#[test]
fn a_c_program_finds_the_same_sizes_places_and_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let (source, program) = (folder.path().join("abi.c"), folder.path().join("abi"));
    let lines: String = numbers().iter().map(|(name, _)| format!("  P({name});\n")).collect();
    let text = format!(
        "#include <stddef.h>\n#include <stdio.h>\n#include <linux/videodev2.h>\n#include <linux/uvcvideo.h>\n\
         #include <linux/usb/video.h>\n#define P(x) printf(\"%llu\\n\", (unsigned long long)(unsigned)(x))\n\
         int main(void) {{\n{lines}  return 0;\n}}\n"
    );
    std::fs::write(&source, text).unwrap();
    let built = Command::new("cc").arg("-o").arg(&program).arg(&source).output();
    match built {
        Ok(output) if output.status.success() => {}
        failed => {
            let why = failed.map_or_else(|error| error.to_string(), |it| String::from_utf8_lossy(&it.stderr).into());
            let required = std::env::var("REKAM_PEERS").is_ok_and(|value| value == "require");
            assert!(!required, "no C compiler with the kernel's headers: {why}");
            eprintln!("skipped: no C compiler with the kernel's headers");
            return;
        }
    }
    let said = Command::new(&program).output().unwrap();
    let said: Vec<u64> = String::from_utf8_lossy(&said.stdout).lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(said.len(), numbers().len());
    for ((name, ours), theirs) in numbers().into_iter().zip(said) {
        assert_eq!(ours, theirs, "{name}");
    }
}
