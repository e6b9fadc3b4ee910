#!/usr/bin/env python3
"""One real window under Xvfb, driven by its keys from login to the exported batch.

Usage: window.py PROGRAM FOLDER [--residents N] [--kill] [--faults] [--soak SECONDS]
Pictures of every screen and figures.json are left in FOLDER. Exit code 1 when something did not come as it should.
Needs: xvfb, xdotool, openbox, imagemagick.
"""
import argparse, json, os, re, shutil, signal, subprocess, sys, tempfile, time

arguments = argparse.ArgumentParser()
arguments.add_argument("program")
arguments.add_argument("folder")
arguments.add_argument("--residents", type=int, default=1)
arguments.add_argument("--kill", action="store_true", help="kill -9 in every step of the first resident")
arguments.add_argument("--faults", action="store_true", help="pull each device during its step")
arguments.add_argument("--soak", type=float, default=0, help="seconds of live preview to watch memory and processor")
arguments.add_argument("--disk", help="a small file system for the data; it is filled while fingers are captured")
arguments.add_argument("--patience", type=float, default=60)
options = arguments.parse_args()
os.makedirs(options.folder, exist_ok=True)
figures = {}
processes = []


def start(*command, **more):
    process = subprocess.Popen(command, **more)
    processes.append(process)
    return process


def display():
    for number in range(90, 190):
        if not os.path.exists(f"/tmp/.X11-unix/X{number}"):
            break
    start("Xvfb", f":{number}", "-screen", "0", "1366x768x24", "-nolisten", "tcp", stderr=subprocess.DEVNULL)
    os.environ["DISPLAY"] = f":{number}"
    os.environ.pop("WAYLAND_DISPLAY", None)
    for _ in range(100):
        if subprocess.run(["xdotool", "getmouselocation"], capture_output=True).returncode == 0:
            break
        time.sleep(0.05)
    start("openbox", stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    time.sleep(0.5)


class Rekam:
    """The program and what its log says. Times in the log are the program's own."""

    def __init__(self, data):
        self.data = data
        self.log_path = os.path.join(options.folder, "log.txt")
        self.start()

    def start(self):
        log = open(self.log_path, "ab")
        self.mark = os.path.getsize(self.log_path)
        environment = dict(os.environ, RUST_LOG="warn,rekam=info,rekam::latency=debug,winit=off", NO_COLOR="1")
        self.began = time.time()
        self.process = start(options.program, "--data-dir", self.data, stdout=log, stderr=log, env=environment)

    def text(self):
        with open(self.log_path, "rb") as log:
            log.seek(self.mark)
            return re.sub(r"\x1b\[[0-9;]*m", "", log.read().decode(errors="replace"))

    def wait(self, pattern, since=0, patience=None):
        """Waits until the log has a line with the pattern after position `since`; gives the position behind it."""
        end = time.time() + (patience or options.patience)
        while time.time() < end:
            found = re.search(pattern, self.text()[since:])
            if found:
                return since + found.end()
            if self.process.poll() is not None:
                fail(f"the program ended with {self.process.returncode} while waiting for {pattern}")
            time.sleep(0.02)
        picture("failure")
        fail(f"nothing like {pattern} within {patience or options.patience} s; the log ends with:\n" + self.text()[-1500:])

    def position(self):
        return len(self.text())

    def events(self):
        found = re.findall(r"stands step=\"?(\w+)\"? events=(\d+)", self.text())
        return (found[-1][0], int(found[-1][1])) if found else (None, 0)

    def wait_events(self, more_than, patience=None):
        end = time.time() + (patience or options.patience)
        while time.time() < end:
            if self.events()[1] > more_than:
                return self.events()
            if self.process.poll() is not None:
                fail(f"the program ended with {self.process.returncode}")
            time.sleep(0.02)
        picture("failure")
        fail(f"no event after {more_than}; the log ends with:\n" + self.text()[-1500:])

    def memory(self, name="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(rf"{name}:\s+(\d+)", status.read()).group(1)) / 1024

    def processor(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def fail(why):
    print("FAILED:", why, file=sys.stderr)
    finish(1)


def finish(code):
    with open(os.path.join(options.folder, "figures.json"), "w") as out:
        json.dump(figures, out, indent=2)
    print(json.dumps(figures, indent=2))
    for process in reversed(processes):
        if process.poll() is None:
            process.kill()
            process.wait()
    sys.exit(code)


def picture(name):
    subprocess.run(["import", "-window", "root", os.path.join(options.folder, f"{name}.png")], check=False)


def press(*keys):
    for key in keys:
        subprocess.run(["xdotool", "key", "--clearmodifiers", key], check=True)


def write(text):
    subprocess.run(["xdotool", "type", "--delay", "15", text], check=True)


def first_frame(rekam):
    """From the start of the process to the first picture that is not empty."""
    while time.time() < rekam.began + 30:
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Rekam"], capture_output=True, text=True)
        if found.stdout.strip():
            window = found.stdout.split()[0]
            shot = subprocess.run(["import", "-window", window, "-resize", "32x18!", "gray:-"], capture_output=True)
            if shot.returncode == 0 and len(set(shot.stdout)) > 4:
                return time.time() - rekam.began
        time.sleep(0.02)
    fail("no window with a picture within 30 s")


display()
data = tempfile.mkdtemp(prefix="rekam-window-", dir=options.disk)
rekam = Rekam(data)
figures["first_frame_seconds"] = round(first_frame(rekam), 3)


def login():
    rekam.wait(r"carried out|shown=Login")
    # The station may still be made ready: a passphrase typed before is refused, so wait for the devices.
    end = time.time() + options.patience
    while "ready" not in rekam.text() and time.time() < end:
        time.sleep(0.05)
    here = rekam.position()
    write("latihan")
    picture_once("login")
    press("Return")
    return rekam.wait(r'act="?Login', here)


seen = set()


def picture_once(name):
    if name not in seen:
        seen.add(name)
        picture(name)


def act(key, name, patience=None):
    """Presses a key and waits until the counter has carried out this act."""
    here = rekam.position()
    press(key)
    return rekam.wait(rf'act="?{name}', here, patience)


def until_step(step, keys, most=40):
    """Presses keys in turn until the record stands at a step."""
    for round in range(most):
        for key in keys:
            if rekam.events()[0] == step:
                return
            press(key)
            time.sleep(0.12)
    picture("failure")
    fail(f"the record did not reach {step}: it stands at {rekam.events()}")


def until_done(step, patience=120):
    """Waits until a step needs nothing more."""
    here = rekam.position()
    end = time.time() + patience
    while time.time() < end:
        stands = re.findall(r'stands step="?(\w+)"? events=(\d+) done=(\w+)', rekam.text())
        if stands and stands[-1][0] == step and stands[-1][2] == "true":
            return
        relieve(here)
        if rekam.process.poll() is not None:
            fail(f"the program ended with {rekam.process.returncode}")
        time.sleep(0.05)
    picture("failure")
    fail(f"the step {step} is not done after {patience} s; the log ends with:\n" + rekam.text()[-1500:])


def fault(step, device):
    """In the step of a device: the device is pulled on its page and put back; the record goes on by itself."""
    if not options.faults:
        return
    press("F6")
    time.sleep(0.3)
    press(device)
    act("c", "Unplug")
    press("F2")
    time.sleep(1.2)
    picture_once(f"unplugged-{step}")
    press("F6")
    time.sleep(0.3)
    press(device)
    act("c", "Plug")
    press("F2")
    time.sleep(0.3)


def kill_here(step):
    """The power goes: after the restart the operator stands at the same step with every accepted sample."""
    if not options.kill:
        return
    before = rekam.events()
    rekam.kill()
    rekam.start()
    login()
    rekam.wait(r"stands step")
    after = rekam.events()
    if after[0] != before[0] or after[1] < before[1]:
        picture("failure")
        fail(f"after the restart the record stands at {after}, not at {before}")
    figures.setdefault("kills", 0)
    figures["kills"] += 1


ballast = None


def fill_disk():
    """The disk runs full: from here on every write may fail."""
    global ballast
    if not options.disk or ballast:
        return
    ballast = os.path.join(options.disk, "ballast")
    with open(ballast, "wb") as file:
        try:
            while True:
                file.write(b"x" * 65536)
                file.flush()
        except OSError:
            pass
    figures["disk_full_troubles"] = 0
    figures["disk_full_at_events"] = rekam.events()[1]


def relieve(since):
    """When the screen has said that the disk is full: its picture, space again, the message read."""
    global ballast
    if not ballast or "rekam::trouble" not in rekam.text()[since:]:
        return False
    time.sleep(0.4)
    picture_once("disk-full")
    figures["disk_full_troubles"] += 1
    figures["disk_full_seen_at_events"] = rekam.events()[1]
    os.remove(ballast)
    ballast = None
    act("Escape", "ClearTrouble")
    return True


def call_and_receive():
    """Calls the next number, unless one is called already, and lets the resident sit down."""
    picture_once("home")
    here = rekam.position()
    press("Return")
    rekam.wait(r'act="?(CallNext|Receive)', here)
    if not re.search(r'act="?Receive', rekam.text()[here:]):
        time.sleep(0.1)
        picture_once("home-called")
        act("Return", "Receive")
    rekam.wait(r'stands step="?verify', here)


def photograph(before):
    """The picture takes itself when everything holds; after a while the operator takes it."""
    end = time.time() + 5
    while time.time() < end:
        if rekam.events()[1] > before:
            return
        time.sleep(0.05)
    press("space")
    rekam.wait_events(before)


def enrol(number):
    call_and_receive()
    time.sleep(0.2)
    picture_once("verify")
    first = number == 0
    if first:
        kill_here("verify")
    until_step("photo", ["space", "1", "Return"])
    before = rekam.events()[1]
    time.sleep(0.5)
    picture_once("photo-live")
    if first:
        fault("photo", "1")
        kill_here("photo")
    photograph(before)
    time.sleep(0.3)
    picture_once("photo-taken")
    if first:
        kill_here("photo")
    until_step("signature", ["Return"])
    time.sleep(1.0)
    picture_once("signature-live")
    if first:
        fault("signature", "2")
    until_done("signature")
    time.sleep(0.3)
    picture_once("signature-done")
    if first:
        kill_here("signature")
    until_step("fingerprints", ["Return"])
    time.sleep(1.0)
    picture_once("fingerprints-live")
    if first:
        fault("fingerprints", "3")
        fill_disk()
        kill_here("fingerprints")
    until_done("fingerprints")
    time.sleep(0.3)
    picture_once("fingerprints-done")
    until_step("iris", ["Return"])
    time.sleep(1.0)
    picture_once("iris-live")
    if first:
        fault("iris", "4")
        kill_here("iris")
    until_done("iris")
    time.sleep(0.3)
    picture_once("iris-done")
    until_step("confirm", ["Return"])
    time.sleep(1.0)
    picture_once("confirm-compare")
    if first:
        kill_here("confirm")
    until_done("confirm")
    time.sleep(0.5)
    picture_once("confirm-summary")
    here = rekam.position()
    press("2")
    for _ in range(10):
        press("Return")
        time.sleep(0.3)
        if "shown=Done" in rekam.text()[here:]:
            break
        relieve(here)
    rekam.wait(r"shown=Done", here)
    time.sleep(0.3)
    picture_once("done")
    if relieve(here):
        # The paper could not be written: it is made again.
        act("p", "MakeSlip")
        time.sleep(0.3)
        picture_once("done-again")
    if options.disk and first and figures.get("disk_full_troubles") == 0:
        fail("the disk was full and nobody said so")
    press("Escape")
    rekam.wait(r'act="?Dismiss', here)
    time.sleep(0.2)


def supervise():
    here = rekam.position()
    press("F4")
    time.sleep(0.4)
    picture_once("supervisor-door")
    write("latihan")
    press("Return")
    rekam.wait(r'act="?Authenticate', here)
    time.sleep(0.4)
    picture_once("supervisor-approvals")
    # Possible duplicates first: the invented people are all different.
    press("2")
    time.sleep(0.3)
    picture_once("supervisor-duplicates")
    for _ in range(40):
        if not decide_one():
            break
    press("1")
    time.sleep(0.3)
    act("Return", "Review")
    time.sleep(0.5)
    picture_once("supervisor-review")
    act("Escape", "CloseReview")
    time.sleep(0.2)
    press("m")
    time.sleep(0.2)
    press("a")
    time.sleep(0.2)
    picture_once("supervisor-approve")
    act("Return", "Approve")
    for key, name in (("3", "day"), ("5", "audit"), ("6", "officers")):
        press(key)
        time.sleep(0.4)
        picture_once(f"supervisor-{name}")
    press("4")
    time.sleep(0.3)
    picture_once("supervisor-batch")
    act("Return", "Export")
    time.sleep(2.0)
    picture_once("supervisor-exported")
    press("Escape")


def decide_one():
    """Opens the first possible duplicate and calls it different people; False when there is none."""
    here = rekam.position()
    press("Return")
    time.sleep(0.4)
    if not re.search(r'act="?Review', rekam.text()[here:]):
        return False
    picture_once("supervisor-adjudication")
    press("2")
    time.sleep(0.2)
    press("1")
    time.sleep(0.2)
    press("Return")
    rekam.wait(r'act="?Decide', here)
    time.sleep(0.2)
    return True


def other_screens():
    for key, name in (("F6", "devices"), ("F7", "settings"), ("F1", "help")):
        press(key)
        time.sleep(0.4)
        picture_once(name)
        press("F1" if name == "help" else "F2")
        time.sleep(0.2)


def batches():
    outbox = os.path.join(data, "outbox")
    for _ in range(200):
        found = [name for name in os.listdir(outbox) if name.endswith(".tar.zst.age")] if os.path.isdir(outbox) else []
        if found:
            break
        time.sleep(0.1)
    else:
        picture("failure")
        fail("no batch was written")
    records = 0
    for name in sorted(found):
        checked = subprocess.run(
            [options.program, "batch", "verify", os.path.join(outbox, name), "--public-key", os.path.join(data, "keys", "station.pub"), "--json"],
            capture_output=True, text=True)
        if checked.returncode != 0:
            fail(f"{name} does not verify: {checked.stderr}")
        answer = json.loads(checked.stdout)
        records += int(answer.get("records", 0))
    figures["batches"], figures["records"] = len(found), records
    if records != options.residents:
        fail(f"the batches hold {records} records, not {options.residents}")


def latencies():
    found = [float(ms) for ms in re.findall(r"milliseconds=([\d.]+)", open(rekam.log_path, errors="replace").read())]
    if found:
        found.sort()
        figures["presses"] = len(found)
        figures["press_to_paint_ms_median"] = round(found[len(found) // 2], 1)
        figures["press_to_paint_ms_p99"] = round(found[int(len(found) * 0.99)], 1)
        figures["press_to_paint_ms_max"] = round(found[-1], 1)


def soak():
    """A live preview for a while: memory must stay flat, the processor mostly idle."""
    if options.soak <= 0:
        return
    call_and_receive()
    until_step("photo", ["space", "1", "Return"])
    time.sleep(3)
    begun, used, first = time.time(), rekam.processor(), rekam.memory()
    most = first
    taken = rekam.events()[1]
    while time.time() < begun + options.soak:
        time.sleep(1)
        most = max(most, rekam.memory())
        # A picture that took itself is taken again: the preview goes on.
        if rekam.events()[1] > taken:
            taken = rekam.events()[1]
            press("r")
    figures["preview_seconds"] = round(time.time() - begun)
    figures["preview_processor_percent"] = round(100 * (rekam.processor() - used) / (time.time() - begun), 1)
    figures["preview_rss_mb_first_last_most"] = [round(first, 1), round(rekam.memory(), 1), round(most, 1)]


login()
figures["idle_rss_mb"] = round(rekam.memory(), 1)
before, begun = rekam.processor(), time.time()
time.sleep(2)
figures["idle_processor_percent"] = round(100 * (rekam.processor() - before) / (time.time() - begun), 1)
figures["rss_mb_after_each"] = []
for number in range(options.residents):
    enrol(number)
    figures["rss_mb_after_each"].append(round(rekam.memory(), 1))
figures["rss_mb_most"] = round(rekam.memory("VmHWM"), 1)
other_screens()
supervise()
batches()
latencies()
soak()
shutil.rmtree(data, ignore_errors=True)
finish(0)
