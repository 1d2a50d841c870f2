package dev.postern.server.edge;

import dev.postern.server.access.StandingPermits;
import dev.postern.server.bus.Bus;
import dev.postern.server.bus.EndSession;
import dev.postern.server.bus.NoResponder;
import dev.postern.server.store.SessionFilter;
import dev.postern.server.store.SessionPage;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends live sessions whose owners lost the right to them (design.md decision 17): looks at all of
 * them soon after every change of users, keys, roles or policies, and at single ones when their
 * clients attach. Owns one thread from {@link #start} to {@link #close}.
 *
 * <p>The session's user is told no more than that the rights changed; the audit event names the
 * cause.
 */
public final class SessionRevocation implements AutoCloseable {
  /** Well below the five seconds within which a lost right must end a session. */
  static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(SessionRevocation.class);
  private static final String NOTICE =
      "The session was ended because the rights of its owner changed.";
  private static final int PAGE = 200;

  private final StandingPermits permits;
  private final Store store;
  private final Bus bus;
  private final AuditTrail audit;
  private final InstantSource clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("postern-revocation").factory());

  /** The timer's: what was last looked at. Nothing yet, so that the first look is at everything. */
  private long versionSeen = -1;

  public SessionRevocation(
      StandingPermits permits,
      Store store,
      Bus bus,
      String accountId,
      String region,
      InstantSource clock) {
    this.permits = permits;
    this.store = store;
    this.bus = bus;
    this.audit = new AuditTrail(store.audit(), accountId, region);
    this.clock = clock;
  }

  /** Begins to look; at everything first, because rights may have changed while nobody looked. */
  public void start() {
    long millis = LOOK_EVERY.toMillis();
    var _ = timer.scheduleWithFixedDelay(this::lookIfChanged, 0, millis, TimeUnit.MILLISECONDS);
  }

  private void lookIfChanged() {
    long version = store.identityVersion();
    if (version == versionSeen) {
      return;
    }
    try {
      look();
      versionSeen = version;
    } catch (RuntimeException failure) {
      // The next round tries again; new attaches are checked by themselves meanwhile.
      LOG.warn("could not look at the rights of live sessions: {}", failure.getMessage());
    }
  }

  private void look() {
    Optional<SessionPage.Cursor> after = Optional.empty();
    do {
      SessionPage page = store.sessions().page(false, SessionFilter.NONE, after, PAGE);
      page.sessions().forEach(this::stands);
      after = page.next();
    } while (after.isPresent());
  }

  /** Whether the owner still has the right; a session whose owner has not is ended at once. */
  public boolean stands(SessionRecord session) {
    if (session.owner().isEmpty() || session.status() == SessionRecord.Status.Terminating) {
      return true;
    }
    Optional<String> cause = permits.lost(session.owner().get());
    cause.ifPresent(why -> end(session, why));
    return cause.isEmpty();
  }

  private void end(SessionRecord session, String cause) {
    // First, so that no session ends by policy without an event that says so.
    audit.appendServiceEvent("ssm", "TerminateSession", details(session, cause), clock.instant());
    LOG.info("session {} of {} ends: {}", session.id(), session.ownerArn(), cause);
    try {
      if (bus.request(new EndSession(session.id(), NOTICE, NOTICE))) {
        return;
      }
    } catch (NoResponder nobodyHoldsIt) {
      // No channel of it is open anywhere: the record is all there is.
    }
    store
        .sessions()
        .update(
            session.id(),
            SessionRecord.Status.Terminated,
            Optional.of(clock.instant()),
            Optional.of(NOTICE));
  }

  private static Map<String, Object> details(SessionRecord session, String cause) {
    var details = new LinkedHashMap<String, Object>();
    details.put("sessionId", session.id().value());
    details.put("owner", session.ownerArn());
    details.put("target", session.target());
    details.put("cause", cause);
    return details;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
