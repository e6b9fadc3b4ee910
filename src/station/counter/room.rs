//! The counter's thread: acts in, boards out, and between acts a look at devices, searches and exports.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use crate::domain::session::Status;
use crate::domain::user::{Role, UserId};
use crate::station::models::Models;
use crate::station::plugged::{Catalog, IRIS_FILE};
use crate::station::training::Training;
use crate::station::{Desk, DeskError, Supervisor};
use crate::store::Store;

use super::act::{Act, Passphrase};
use super::back_room::Known;
use super::board::{Board, Busy, Export, Officer, Place, Preparing, Stage, Trouble};
use super::captures::Captures;
use super::error::CounterError;
use super::export::Exporting;
use super::harm::{discriminant_name, for_log, unharmed};
use super::import::Importing;
use super::station::{Station, provision};
use super::{FarEnd, Start};

/// Between two looks while something moves.
const LIVELY: Duration = Duration::from_millis(20);
/// Between two looks while nothing does.
const IDLE: Duration = Duration::from_millis(250);
/// Between two looks at disk, queue and clock.
const SLOW_ROUND: Duration = Duration::from_secs(5);

/// Everything the thread holds.
pub(super) struct Room {
    pub(super) dir: PathBuf,
    models: Models,
    setup: bool,
    far: FarEnd,
    pub(super) board: Board,
    /// The board has news.
    pub(super) dirty: bool,
    /// A real store that nobody has opened yet has none.
    pub(super) station: Option<Station>,
    /// The desk of the officer who works.
    pub(super) desk: Option<Desk>,
    /// Where real devices come from, when not from this computer.
    catalog: Option<Arc<dyn Catalog>>,
    pub(super) captures: Captures,
    pub(super) supervisor: Option<Supervisor>,
    pub(super) exporting: Option<Exporting>,
    /// How the last export stands or ended, whoever is in the back room now.
    pub(super) exported: Option<Export>,
    pub(super) importing: Option<Importing>,
    /// What waits for approval, as read last.
    pub(super) pending: Known,
    slow_round: Instant,
    troubles: u64,
    /// Number of the act that failed last.
    failed: u64,
    /// Where the record stood when it was noted last.
    noted: Option<(&'static str, u32, bool)>,
}

/// What an act comes to.
pub(super) type Done = Result<(), CounterError>;

impl Room {
    pub(super) fn new(start: Start, catalog: Option<Arc<dyn Catalog>>, far: FarEnd, board: Board) -> Self {
        Self {
            dir: start.dir,
            models: start.models,
            setup: start.setup,
            far,
            board,
            dirty: true,
            station: None,
            desk: None,
            catalog,
            captures: Captures::default(),
            supervisor: None,
            exporting: None,
            exported: None,
            pending: Known::new(),
            importing: None,
            slow_round: Instant::now(),
            troubles: 0,
            failed: 0,
            noted: None,
        }
    }

    /// Works until the window is gone.
    pub(super) fn run(mut self) {
        if let Err(error) = unharmed(|| self.prepare()) {
            self.board.stage = Stage::Broken;
            self.complain(error);
        }
        self.publish();
        tracing::info!(target: "rekam::counter", stage = ?self.board.stage, "ready");
        loop {
            let patience = if self.is_lively() { LIVELY } else { IDLE };
            match self.far.acts.recv_timeout(patience) {
                Ok((number, act)) => {
                    let kind = discriminant_name(&act);
                    if let Err(error) = unharmed(|| self.carry_out(act)) {
                        tracing::debug!(act = kind, error = %for_log(&error), "the act was not carried out");
                        if !self.follows_a_trouble(number, &error) {
                            self.complain(error);
                        }
                        self.failed = number;
                    }
                    tracing::info!(target: "rekam::act", act = kind, "carried out");
                    self.board.busy = self.importing.as_ref().map(|import| Busy::Importing(import.rows()));
                    self.board.answered = number;
                    self.dirty = true;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let looked = unharmed(|| {
                self.look_after();
                Ok(())
            });
            if let Err(error) = looked {
                // It would come again at once, for ever.
                self.board.stage = Stage::Broken;
                self.captures.stop();
                self.complain(error);
            }
            if self.dirty {
                self.publish();
            }
        }
        self.captures.stop();
        if let Err(error) = self.keep_histories() {
            tracing::debug!(error = %for_log(&error), "how the devices have done was not written down");
        }
        self.end_export_now();
        self.end_import_now();
    }

    /// Opens what can be opened without a passphrase.
    fn prepare(&mut self) -> Done {
        let known = if Store::exists(&self.dir) { Some(Store::peek(&self.dir)?) } else { None };
        match (known, self.setup) {
            (Some(_), true) => Err(CounterError::Setup(super::SetupFault::Taken)),
            (None, setup) if setup || Store::was_begun(&self.dir) => {
                // A setup that was cut goes on: a training station must not take its place.
                self.board.stage = Stage::Unprovisioned;
                Ok(())
            }
            (Some((false, users)), false) => {
                let officers = users.into_iter().map(|(id, _)| (id, String::new(), None)).collect();
                let place = Place { folder: self.dir.clone(), officers, ..Place::default() };
                self.board.place = Arc::new(place);
                self.board.stage = Stage::Closed;
                Ok(())
            }
            (known, _) => self.prepare_training(known.is_some()),
        }
    }

    fn prepare_training(&mut self, made: bool) -> Done {
        self.board.place = Arc::new(Place { training: true, folder: self.dir.clone(), ..Place::default() });
        self.say_preparing(if made { Preparing::Store } else { Preparing::Training });
        let now = time::OffsetDateTime::now_utc();
        let training = Training::for_window(&self.dir, now)?;
        self.say_preparing(Preparing::Gallery);
        let station = Station::training(training, self.models.clone())?;
        self.say_preparing(Preparing::Devices);
        self.take_over(station)?;
        self.board.stage = Stage::Closed;
        Ok(())
    }

    fn say_preparing(&mut self, what: Preparing) {
        self.board.stage = Stage::Preparing(what);
        self.publish();
    }

    /// The station is open from here on.
    fn take_over(&mut self, station: Station) -> Done {
        self.board.place = Arc::new(station.place(&self.dir)?);
        self.board.rules = Arc::new(station.rules()?);
        self.station = Some(station);
        self.refresh_devices();
        self.refresh_health()
    }

    /// Makes a real station and waits for its first officer.
    pub(super) fn make_station(&mut self, plan: &super::SetupPlan) -> Done {
        if self.board.stage != Stage::Unprovisioned {
            return Err(CounterError::NotNow);
        }
        self.say_busy(Busy::Provisioning);
        let store = provision(&self.dir, plan, time::OffsetDateTime::now_utc())?;
        let station = self.real_station(store)?;
        self.take_over(station)?;
        self.board.stage = Stage::Closed;
        Ok(())
    }

    fn real_station(&self, store: Store) -> Result<Station, CounterError> {
        let path = self.dir.join(IRIS_FILE);
        let iris = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(CounterError::File { path, source }),
        };
        Station::real(store, self.models.clone(), self.catalog.clone(), iris)
    }

    pub(super) fn say_busy(&mut self, busy: Busy) {
        self.board.busy = Some(busy);
        self.publish();
    }

    pub(super) fn station(&self) -> Result<&Station, CounterError> {
        self.station.as_ref().ok_or(CounterError::NotNow)
    }

    pub(super) fn desk(&mut self) -> Result<&mut Desk, CounterError> {
        self.desk.as_mut().ok_or(CounterError::NotNow)
    }

    pub(super) fn officer(&self) -> Result<&Officer, CounterError> {
        self.board.officer.as_ref().ok_or(CounterError::NotNow)
    }

    /// Somebody begins to work.
    pub(super) fn login(&mut self, user: &str, passphrase: &Passphrase) -> Done {
        if !matches!(self.board.stage, Stage::Closed) {
            return Err(CounterError::NotNow);
        }
        self.say_busy(Busy::Passphrase);
        let now = time::OffsetDateTime::now_utc();
        match &self.station {
            Some(station) => drop(station.store().authenticate(user, &passphrase.0, now)?),
            None => {
                let (store, _) = Store::open(&self.dir, user, &passphrase.0, now)?;
                let station = self.real_station(store)?;
                self.take_over(station)?;
            }
        }
        let officer = self.entitled(user)?;
        if officer.role.may_capture() {
            let station = self.station()?;
            let (ledger, engines) = (station.ledger.clone(), station.engines.clone());
            self.desk = Some(Desk::new(ledger, engines, station.worker.clone(), officer.id.clone()));
        }
        self.board.officer = Some(officer);
        self.board.stage = Stage::Open;
        self.board.trouble = None;
        if let Some(fault) = self.station.as_mut().and_then(|station| station.device_fault.take()) {
            self.complain(fault.into());
        }
        self.refresh_home()?;
        self.resume_cut_off()
    }

    /// The account of somebody whose passphrase was right.
    fn entitled(&self, user: &str) -> Result<Officer, CounterError> {
        let account = self.station()?.account(user)?.filter(|account| account.active);
        let account = account.ok_or(CounterError::AccountClosed)?;
        let role = Role::from_word(&account.role).ok_or(CounterError::AccountClosed)?;
        let id = UserId::parse(&account.id).map_err(DeskError::from)?;
        Ok(Officer { id, name: account.name, role })
    }

    /// A record that was at the desk when the power went is on the desk again: the operator stands where they stood.
    fn resume_cut_off(&mut self) -> Done {
        // A supervisor who comes to approve must not get a hand in it; they may take it up by themselves.
        if self.officer()?.role != Role::Operator {
            return Ok(());
        }
        let cut = self.board.home.unfinished.iter().find(|unfinished| unfinished.status == "open");
        match (cut.map(|unfinished| unfinished.record.clone()), self.desk.is_some()) {
            (Some(record), true) => self.take_up(&record),
            _ => Ok(()),
        }
    }

    pub(super) fn lock(&mut self) {
        if self.board.stage == Stage::Open {
            self.captures.hold();
            self.close_back_room();
            self.board.stage = Stage::Locked;
        }
    }

    pub(super) fn unlock(&mut self, passphrase: &Passphrase) -> Done {
        if self.board.stage != Stage::Locked {
            return Err(CounterError::NotNow);
        }
        self.say_busy(Busy::Passphrase);
        let (user, station) = (self.officer()?.id.clone(), self.station()?);
        station.store().authenticate(user.as_str(), &passphrase.0, station.now())?;
        self.board.stage = Stage::Open;
        self.board.trouble = None;
        self.captures.release();
        Ok(())
    }

    /// Change of operator: what is on the desk waits for the next one.
    pub(super) fn logout(&mut self) -> Done {
        let status = self.desk.as_ref().and_then(|desk| desk.session().ok()).map(|session| session.status().clone());
        match status {
            Some(Status::Open) => self.park("ganti operator")?,
            // It left the desk in the store already; only this program had not noticed.
            Some(_) => self.leave_desk(),
            None => {}
        }
        self.close_back_room();
        self.desk = None;
        self.board.officer = None;
        // Who logs in next is at the desk, whoever had locked the screen.
        self.captures.release();
        self.board.finished = None;
        self.board.found = None;
        self.board.stage = Stage::Closed;
        Ok(())
    }

    pub(super) fn complain(&mut self, error: CounterError) {
        self.troubles += 1;
        tracing::info!(target: "rekam::trouble", number = self.troubles, "shown");
        self.board.trouble = Some(Trouble { number: self.troubles, error: Arc::new(error) });
        self.dirty = true;
    }

    /// A screen may ask for two acts at once (approve, then on). When the first one failed, the session refuses the
    /// second one; what the operator must read is why the first one failed.
    fn follows_a_trouble(&self, number: u64, error: &CounterError) -> bool {
        let refusal = |error: &CounterError| matches!(error, CounterError::Desk(DeskError::Refused(_)));
        let unread = self.board.trouble.as_ref().is_some_and(|trouble| !refusal(&trouble.error));
        refusal(error) && unread && self.failed + 1 == number
    }

    fn is_lively(&self) -> bool {
        self.captures.is_active()
            || self.is_testing()
            || self.exporting.is_some()
            || self.importing.is_some()
            || self.is_searching()
    }

    /// What goes on by itself.
    fn look_after(&mut self) {
        if self.board.stage == Stage::Broken {
            return;
        }
        let searched = self.look_after_search().and(self.look_after_faces());
        self.look_after_devices();
        let captured = self.look_after_captures();
        for error in [searched.err(), captured.err()].into_iter().flatten() {
            tracing::debug!(error = %for_log(&error), "between acts");
            self.complain(error);
            // Whatever it was would come again at once: the operator decides when to try again.
            self.captures.pause_for_trouble();
        }
        self.look_after_export();
        self.look_after_import();
        if self.slow_round.elapsed() >= SLOW_ROUND {
            self.slow_round = Instant::now();
            let before = (self.board.health, self.board.devices.clone());
            let refreshed = self.refresh_health().and_then(|()| self.turn_the_page()).and(self.keep_histories());
            if let Err(error) = &refreshed {
                tracing::debug!(error = %for_log(error), "disk, queue and clock were not read");
            }
            self.refresh_devices();
            self.dirty |= refreshed.is_err() || before != (self.board.health, self.board.devices.clone());
        }
    }

    pub(super) fn publish(&mut self) {
        self.note_progress();
        self.board.version += 1;
        self.dirty = false;
        self.far.board.send_replace(Arc::new(self.board.clone()));
    }

    /// Where the record stands, for the log: numbers and steps, nothing of the resident.
    fn note_progress(&mut self) {
        let stands = self
            .board
            .session()
            .map(|session| (session.step().word(), session.next_seq(), session.is_done(session.step())));
        if stands != self.noted {
            self.noted = stands;
            if let Some((step, events, done)) = stands {
                tracing::info!(target: "rekam::record", step, events, done, "stands");
            }
        }
    }

    fn carry_out(&mut self, act: Act) -> Done {
        if !act.fits(&self.board.stage) {
            return Err(CounterError::NotNow);
        }
        match act {
            Act::Login { user, passphrase } => self.login(&user, &passphrase),
            Act::Lock => {
                self.lock();
                Ok(())
            }
            Act::Unlock { passphrase } => self.unlock(&passphrase),
            Act::Logout => self.logout(),
            Act::CallNext => self.call_next(),
            Act::CallTicket(id) => self.call_ticket(id),
            Act::CallAgain => self.call_again(),
            Act::Absent => self.absent(),
            Act::Receive => self.receive(),
            Act::Draw { nik, priority } => self.draw(nik, priority),
            Act::Search(text) => self.search(&text),
            Act::ClearSearch => {
                self.board.found = None;
                Ok(())
            }
            Act::Begin(nik) => self.begin(nik),
            Act::TakeUp(record) => self.take_up(&record),
            Act::Wish(wish) => self.wish(wish),
            Act::Next => self.next(),
            Act::GoTo(step) => self.go_to(step),
            Act::Reschedule(corrections) => self.reschedule(corrections),
            Act::Park { reason } => self.park(&reason),
            Act::Cancel { reason } => self.cancel(&reason),
            Act::Choose(slot) => self.choose(slot),
            Act::Shutter => {
                self.captures.shutter();
                Ok(())
            }
            Act::Pause => {
                self.captures.pause();
                Ok(())
            }
            Act::Resume => {
                self.captures.resume();
                Ok(())
            }
            Act::Retake { slot, discard } => self.retake(slot, discard),
            Act::Swap { wanted, shown } => self.swap(wanted, shown),
            Act::Except { slot, reason, note } => self.except(slot, reason, note),
            Act::ApprovePhoto => self.approve_photo(),
            Act::OverridePhoto { reason } => self.override_photo(reason),
            Act::Repaint => self.repaint(),
            Act::Evidence { begin } => self.take_evidence(begin),
            Act::Vouch { user, passphrase, reason } => self.vouch(&user, &passphrase, &reason),
            Act::Complete { invited } => self.complete(invited),
            Act::Dismiss => {
                self.board.finished = None;
                Ok(())
            }
            Act::MakeSlip => self.make_slip(),
            Act::Print(path) => self.print(path),
            Act::Authenticate { user, passphrase } => self.authenticate(&user, &passphrase),
            Act::LeaveBackRoom => {
                self.close_back_room();
                Ok(())
            }
            Act::ShowDay(date) => self.show_day(date),
            Act::Review(record) => self.review(&record),
            Act::CloseReview => self.close_review(),
            Act::Decide { record, hit, verdict, reason } => self.decide(&record, hit, verdict, &reason),
            Act::Approve(records) => self.approve(&records),
            Act::Void { record, reason } => self.void(&record, reason),
            Act::Export(folder) => self.export(folder),
            Act::StopExport => {
                self.stop_export();
                Ok(())
            }
            Act::DiscardBegun => self.discard_begun(),
            Act::ShowAudit(before) => self.show_audit(before),
            Act::VerifyChain => self.verify_chain(),
            Act::AddOfficer(officer) => self.add_officer(&officer),
            Act::RemoveOfficer(id) => self.remove_officer(&id),
            Act::ChangePassphrase { old, new } => self.change_passphrase(&old, &new),
            Act::SaveRules(rules) => self.save_rules(&rules),
            Act::Import(path) => self.import(path),
            Act::TestDevice(which) => self.test_device(which),
            Act::Unplug(which) => self.pull(which, true),
            Act::Plug(which) => self.pull(which, false),
            Act::Assign(which, assigned) => self.assign(which, assigned),
            Act::Cleaned(which) => self.cleaned(which),
            Act::SaveDeviceRules => self.save_rules_file(),
            Act::Spoil(which, spoil) => self.station()?.equipment.spoil(which, spoil),
            Act::Provision(plan) => self.make_station(&plan),
            Act::ClearTrouble => {
                // What broke the station stays to be read.
                if self.board.stage != Stage::Broken {
                    self.board.trouble = None;
                }
                if self.board.stage == Stage::Open {
                    self.captures.resume_after_trouble();
                }
                Ok(())
            }
        }
    }
}
