"""What the libraries that other people wrote for these modules read from a serial port.

    zfm_peer.py pyfingerprint|adafruit PORT FILE

waits for a finger, has the module take and send its image, and writes the 256 x 288 pixels to FILE, one byte each.
Prints what the module says of itself.
"""
import json
import sys
import time

library, port, target = sys.argv[1:4]

if library == "pyfingerprint":
    from PIL import Image
    from pyfingerprint.pyfingerprint import PyFingerprint

    module = PyFingerprint(port, 57600, 0xFFFFFFFF, 0x00000000)
    assert module.verifyPassword()
    told = {"capacity": module.getStorageCapacity(), "packet_bytes": module.getMaxPacketSize(), "baud": module.getBaudRate()}
    while not module.readImage():
        time.sleep(0.01)
    picture = target + ".bmp"
    module.downloadImage(picture)
    pixels = Image.open(picture).convert("L").tobytes()
else:
    import serial
    import adafruit_fingerprint

    # It recurses once a packet.
    sys.setrecursionlimit(10000)
    module = adafruit_fingerprint.Adafruit_Fingerprint(serial.Serial(port, 57600, timeout=5))
    assert module.read_sysparam() == adafruit_fingerprint.OK
    told = {"capacity": module.library_size, "packet_bytes": 32 << module.data_packet_size, "baud": module.baudrate * 9600}
    while module.get_image() != adafruit_fingerprint.OK:
        time.sleep(0.01)
    data = module.get_fpdata("image")
    pixels = bytes(grey * 17 for pair in data for grey in (pair >> 4, pair & 15))

with open(target, "wb") as file:
    file.write(pixels)
print(json.dumps(told))
