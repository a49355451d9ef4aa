import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { interval, merge } from 'rxjs';
import { Accounts } from './access/accounts.ts';
import { Audit } from './access/audit.ts';
import { PassCodes } from './access/pass-codes.ts';
import { Tickets } from './access/tickets.ts';
import { Fleet } from './adapter/fleet.ts';
import { adapterModule, loadAdapters } from './adapter/loader.ts';
import { WorkerRunner } from './adapter/worker/worker-runner.ts';
import { openAlarmPath } from './alarm-path.ts';
import { openCameras } from './cameras.ts';
import { createApp } from './api/app.ts';
import { authenticator, principalOf, sessionKeyOf } from './api/authentication.ts';
import { alarmEndpoints } from './api/routes/alarms.ts';
import { capExport, escalationEndpoints } from './api/routes/escalation.ts';
import { procedureEndpoints } from './api/routes/procedures.ts';
import { cameraEndpoints, cameraPictures } from './api/routes/cameras.ts';
import { evidencePictures } from './api/routes/evidence.ts';
import { incidentEndpoints } from './api/routes/incidents.ts';
import { integratorEndpoints } from './api/routes/integrator.ts';
import { siteEndpoints } from './api/routes/site.ts';
import { threatEndpoints } from './api/routes/threats.ts';
import { ticketEndpoints } from './api/routes/tickets.ts';
import { clipEndpoints, clipFiles, exportLine } from './api/routes/clips.ts';
import { clipRoutes } from './api/routes/video.ts';
import { siteFacts } from './correlation/site-facts.ts';
import { Desk } from './desk/desk.ts';
import { LabControl } from './desk/lab-control.ts';
import { Procedures } from './desk/procedures.ts';
import { publish } from './desk/publications.ts';
import { Operations } from './desk/operations.ts';
import { DeskServer } from './desk/server.ts';
import { openThreatLevels } from './desk/threat-levels.ts';
import { deviceState, siteView } from './desk/site-view.ts';
import { defaultAlarmPolicy } from './domain/alarm-policy.ts';
import { systemClock } from './domain/clock.ts';
import { defaultRetention } from './domain/retention.ts';
import { openEscalations } from './escalation-path.ts';
import { DeviceSearch } from './integrator/device-search.ts';
import { FoundDeviceTests } from './integrator/found-device-test.ts';
import { accountingFigures } from './integrator/diagnosis.ts';
import { LatestEvents } from './integrator/latest-events.ts';
import { Replays } from './integrator/replay.ts';
import { SiteText } from './integrator/site-text.ts';
import { watchHealth } from './health.ts';
import { listenOn } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { watchOwnLife } from './own-life.ts';
import { readSite } from './site/read-site.ts';
import { lockData } from './store/data-lock.ts';
import { openSoundStore } from './store/database.ts';
import { Retention } from './store/retention.ts';
import { Outbox } from './store/outbox.ts';
import { ProcedureStore } from './store/procedure-store.ts';
import { ClipJobs } from './video/clip-jobs.ts';

export interface GatewayOptions {
  readonly siteFile: string;
  /** Everything that the gateway keeps: database and recordings. */
  readonly dataFolder: string;
  readonly log: Logger;
  /** Instead of the site file's; 0 takes a free one. */
  readonly port?: number;
}

/** A gateway that runs. */
export interface Gateway {
  /** Where the console is. */
  readonly url: string;
  readonly accounts: Accounts;
  /** Stops everything, devices first; resolves when every handle is released. */
  close(): Promise<void>;
}

const clock = systemClock;
/** How often the book looks at the clock: holds and shelvings end to the second. */
const TICK_MS = 1000;

/**
 * Wires the parts in the order in which an event flows: device, intake, correlation, incident book, desk, console.
 * @throws Error that names what is wrong: the site file, the database, or the port that is in use.
 */
export async function startGateway({ siteFile, dataFolder, log, port }: GatewayOptions): Promise<Gateway> {
  const adapters = await loadAdapters();
  const { site, rules, procedures: procedureFiles, escalation, listen, labControl, video: kept } = readSite(siteFile, adapters, log);
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string };

  // What is kept.
  const lock = lockData(dataFolder);
  const { store, setAside, salvaged } = openSoundStore(join(dataFolder, 'sallyport.db'), new Date(clock.now()));
  if (setAside !== undefined)
    log.fatal({ setAside, salvaged }, 'the database was damaged: it was put aside and a new one started, with what could be read of the accounts');
  const accounts = new Accounts(store, clock);
  const tickets = new Tickets(clock);
  const audit = new Audit(store, clock);
  const retention = new Retention(store, clock, site.retention ?? defaultRetention);

  // Device -> journal -> rules -> incident book.
  const problems = new Set<string>();
  const path = openAlarmPath({ store, site, rules, clock, log, problems });
  const { journal, intake, incidents, book, accounting } = path;
  const ticks = interval(TICK_MS);
  const ticking = ticks.subscribe(() => {
    book.apply({ type: 'tick', at: clock.now() });
    if (book.storeFails) book.flush();
    audit.retry();
    accounts.retry();
    prune();
  });
  const ownLife = watchOwnLife({ dataFolder, site, intake, clock, log, ticks });

  // The book, the doors and the devices -> desk -> consoles.
  const desk = new Desk();
  const { doors } = publish({ desk, site, clock, journal, intake, book, audit });
  const writeLog = (line: Parameters<Audit['write']>[0]) => desk.publish({ log: [audit.write(line)] });
  const threadOf = ({ name }: { readonly name: string }) => new WorkerRunner({ name, module: adapterModule(name), clock, log });
  const fleet = new Fleet({
    site,
    siteFile,
    runner: (name) => threadOf({ name }),
    clock,
    log,
    random: Math.random,
    report: (device, signal) => intake.report(device, signal),
    changed: (supervisor) =>
      desk.publish({ devices: [deviceState(supervisor)], doors: doors.linked(supervisor.device.id, supervisor.link.state === 'online') }),
  });
  desk.publish({ devices: [...fleet.supervisors.values()].map(deviceState) });

  // Camera -> ring -> tiles; incidents and dispatchers -> cameras that turn.
  const cameras = openCameras({ site, kept, dataFolder, book, effects: path.effects, intake, fleet, desk, audit: writeLog, clock, log });
  const { video, stills, snapshots, ptz, rings } = cameras;

  // Consoles and programs -> operations.
  const lab = labControl === undefined ? undefined : new LabControl(labControl, clock);
  const view = () => siteView(site, lab?.scenarios ?? [], { escalation: escalation !== undefined, procedures: procedureFiles.length > 0 });
  const procedureStore = new ProcedureStore(store);
  const procedures = new Procedures({
    procedures: procedureFiles,
    rules,
    store: procedureStore,
    book,
    codes: new PassCodes(store),
    clock,
    names: siteFacts(site).name,
  });
  const operations = new Operations({
    openSteps: (incident, covering) => procedures.openSteps(incident, covering),
    site,
    book,
    clock,
    doors: (door) => fleet.doors(door),
    ptz,
    accounts: () => accounts.list().map(({ name }) => name),
    startScenario: lab && ((name) => lab.start(name)),
    audit: writeLog,
  });
  const threats = openThreatLevels({ site, desk, book, store, journal, intake, fleet, clock, log, audit: writeLog });
  const cameraSources = {
    cameras: site.cameras,
    facet: (camera: string) => fleet.cameras(camera),
    still: (camera: string) => stills.take(camera),
    kept: (incident: string, camera: string) => snapshots.path(incident, camera),
    ptz,
    steer: operations.steer.bind(operations),
    audit: writeLog,
  };
  const clips = new ClipJobs({
    video,
    clock,
    log,
    dataDir: dataFolder,
    cameraName: (camera) => siteFacts(site).name(camera),
    timeZone: site.timeZone ?? 'UTC',
    done: (job) => writeLog(exportLine(job, siteFacts(site).name(job.camera))),
  });
  const exports = { jobs: clips, cameras: site.cameras };
  const latest = new LatestEvents(journal.latestOfEach());
  intake.events.subscribe((event) => latest.apply(event));
  const tampered = (camera: string) => latest.of(camera).some(({ kind, phase }) => kind === 'video.tamper' && phase === 'raised');
  const foundTests = new FoundDeviceTests({ adapters, runner: threadOf, clock, log });
  const search = new DeviceSearch({ adapters, knownIds: new Set(fleet.supervisors.keys()), runner: threadOf, clock });
  const replays = new Replays(siteFile, dataFolder);
  ticking.add(ticks.subscribe(() => procedures.tick()));
  const outbox = new Outbox(store);
  const escalations = escalation && openEscalations({ section: escalation, site, siteFile, book, outbox, journal, snapshots, clock });
  if (escalations !== undefined) ticking.add(merge(ticks, book.changes).subscribe(() => escalations.tick()));
  const notices = () => escalations?.problems() ?? [];
  const health = watchHealth({ intake, book, audit, procedures: procedureStore, desk, problems, setAside, notices, checks: ticks });
  const app = createApp({
    accounts,
    tickets,
    endpoints: [
      ...incidentEndpoints(incidents, operations),
      ...procedureEndpoints(procedures, operations),
      ...escalationEndpoints(outbox, escalations),
      ...threatEndpoints(site, threats),
      ...alarmEndpoints({ store: incidents, book, operations, clock, policy: site.alarms ?? defaultAlarmPolicy }),
      ...siteEndpoints({
        site: view,
        desk,
        journal,
        operations,
        cameras: () => video.status().map((status) => ({ ...status, tampered: tampered(status.camera) })),
      }),
      ...cameraEndpoints(cameraSources),
      ...ticketEndpoints({ tickets, cameras: site.cameras }),
      ...clipEndpoints(exports),
      ...integratorEndpoints({
        site,
        latest,
        video,
        clock,
        search,
        foundTests,
        replays,
        supervisors: fleet.supervisors,
        siteText: new SiteText(siteFile, adapters),
        accounting: () => accountingFigures(intake.counts, accounting, fleet.supervisors.values()),
        audit: writeLog,
      }),
    ],
    metrics: createMetrics({ intake, accounting, book, fleet, desk, video, rings, tampered }),
    problems: () => health.problems(),
    notices: () => health.notices(),
    evidence: (incident, camera) => video.evidence(incident, camera),
    pictures: cameraPictures(cameraSources)
      .use(evidencePictures(incidents, journal))
      .use(capExport(incidents, { site, lab: lab !== undefined, name: siteFacts(site).name }))
      .use(clipFiles(exports))
      .use(clipRoutes({ cameras: site.cameras, clip: (camera, from, to) => video.clip(camera, from, to), audit: writeLog, principal: principalOf })),
    signedIn: ({ name }, what) => writeLog({ by: name, text: what }),
    consoleFolder: join(import.meta.dirname, '..', 'dist', 'console'),
    version,
    log,
  });
  const deskServer = new DeskServer({
    desk,
    site: view,
    colleagues: () => accounts.list().map(({ name }) => name),
    operations,
    threats,
    clock,
    log,
    tickets,
    authenticate: authenticator(accounts),
    sessionKey: sessionKeyOf,
    serveVideo: (socket, camera) => video.serve(socket, camera),
  });
  const server = createServer(app);
  server.on('upgrade', (request, socket, head) => deskServer.upgrade(request, socket, head));

  async function close(): Promise<void> {
    lab?.close();
    search.close();
    await replays.close();
    await threats.close();
    await ptz.close();
    await fleet.stop();
    await ownLife.end();
    await clips.close();
    await cameras.close();
    await deskServer.close();
    path.close();
    ticking.unsubscribe();
    await escalations?.close();
    health.stop();
    book.flush();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    store.close();
    lock.release();
  }

  const url = await listenOn(server, { host: listen.host, port: port ?? listen.port }).catch(async (cause: unknown) => {
    await close();
    throw cause;
  });
  server.on('error', (error) => log.error({ err: error }, 'HTTP server'));
  fleet.start();
  cameras.attach();
  void lab?.open();
  return { url, accounts, close };

  function prune(): void {
    try {
      retention.look(intake.counts.received);
    } catch (error) {
      log.error({ err: error }, 'what is old could not be deleted from the database');
    }
  }
}
