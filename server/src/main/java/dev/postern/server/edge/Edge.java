package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.server.access.AuthorizationMessages;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Decision;
import dev.postern.server.access.Gate;
import dev.postern.server.access.Keyring;
import dev.postern.server.access.Permit;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.access.Question;
import dev.postern.server.access.Question.Proof;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpCall;
import dev.postern.server.listener.HttpCall.Header;
import dev.postern.server.listener.HttpHandler;
import dev.postern.server.listener.WebSocketHandler;
import dev.postern.server.service.Call;
import dev.postern.server.service.Operation;
import dev.postern.server.service.Service;
import dev.postern.server.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers every request: route, authenticate, decode, validate, decide, run, encode; and writes the
 * audit event before the answer leaves. Safe for use by many threads; runs on the requests' virtual
 * threads.
 *
 * <p>No mistake of a caller and no failure of ours shows more than AWS's code and a message; what
 * failed unexpectedly is logged once, under the request id that the caller sees.
 */
public final class Edge implements HttpHandler {
  /**
   * Calls at work at the same time; further ones are refused at once. Official agents that come
   * back together each hold a poll for a while.
   */
  public static final int CALLS_IN_FLIGHT_MAX = 4096;

  /** The longest body of an API call; the listener lets in somewhat more. */
  public static final int BODY_BYTES_MAX = 512 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Edge.class);

  /** Opens the gateway's end of an admitted WebSocket. */
  @FunctionalInterface
  public interface Entrance {
    WebSocketHandler open(Upgrades.Admission.Admitted admitted);
  }

  private final Router router;
  private final Authenticator authenticator;
  private final Gate gate;
  private final AuditTrail audit;
  private final DenialNotes denials;
  private final AuthorizationMessages messages;
  private final Upgrades upgrades;
  private final Entrance entrance;
  private final PrincipalNames names;
  private final InstantSource clock;
  private final Semaphore slots = new Semaphore(CALLS_IN_FLIGHT_MAX);
  private volatile boolean serving;

  public Edge(
      List<Service> services,
      Keyring keyring,
      Gate gate,
      Store store,
      PrincipalNames names,
      Entrance entrance,
      InstantSource clock) {
    this.router = new Router(services);
    this.authenticator = new Authenticator(keyring, names.region(), store.keyUses());
    this.gate = gate;
    this.audit = new AuditTrail(store.audit(), names.accountId(), names.region());
    this.denials = new DenialNotes(store.denials());
    this.messages = AuthorizationMessages.of(store);
    this.upgrades = new Upgrades(authenticator, gate, audit, denials, names);
    this.entrance = entrance;
    this.names = names;
    this.clock = clock;
  }

  /** Answers calls from now on, and says so at {@code /readyz}. */
  public void serve() {
    serving = true;
  }

  /**
   * Refuses calls and channels from now on with 503, and waits for those at work.
   *
   * @return whether all of them ended in time
   */
  public boolean stop(Duration patience) throws InterruptedException {
    serving = false;
    // Nobody takes one any more, so they are all here when the last call is done.
    return slots.tryAcquire(CALLS_IN_FLIGHT_MAX, patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public HttpAnswer answer(HttpCall call) {
    String requestId = Arrival.newRequestId();
    Optional<HttpAnswer> health = health(call, requestId);
    if (health.isPresent()) {
      return health.get();
    }
    Instant now = clock.instant();
    return bounded(
        () -> api(call, requestId, now),
        fault -> JsonSyntax.EMPTY.refusal(fault, requestId),
        requestId);
  }

  @Override
  public Upgrade upgrade(HttpCall call) {
    String requestId = Arrival.newRequestId();
    Instant now = clock.instant();
    return bounded(
        () -> {
          Arrival arrival = Arrival.of(call, requestId, now);
          return switch (upgrades.admit(arrival)) {
            case Upgrades.Admission.Admitted admitted ->
                new Upgrade.Accepted(entrance.open(admitted));
            case Upgrades.Admission.Refused(HttpAnswer answer) -> new Upgrade.Refused(answer);
          };
        },
        fault -> new Upgrade.Refused(ChannelSyntax.refused(fault, requestId)),
        requestId);
  }

  /** Refuses what is too much, and answers for what fails before it could be told how. */
  private <T> T bounded(Supplier<T> work, Function<Fault, T> refusal, String requestId) {
    if (!slots.tryAcquire()) {
      return refusal.apply(unavailable("busy"));
    }
    try {
      // Looked at with the slot in hand: whoever waits for all slots has said so before.
      return serving ? work.get() : refusal.apply(unavailable("starting or stopping"));
    } catch (Fault fault) {
      return refusal.apply(fault);
    } catch (RuntimeException failure) {
      return refusal.apply(unexpected(failure, requestId));
    } finally {
      slots.release();
    }
  }

  private static Fault unavailable(String why) {
    return new Fault("ServiceUnavailable", 503, "The server is " + why + ". Try again later.");
  }

  private static Fault unexpected(RuntimeException failure, String requestId) {
    LOG.error("request {} failed", requestId, failure);
    return new Fault("InternalServerError", 500, "An internal error occurred.");
  }

  private Optional<HttpAnswer> health(HttpCall call, String requestId) {
    if (!call.method().equals("GET")) {
      return Optional.empty();
    }
    return switch (call.target()) {
      case "/healthz" -> Optional.of(plain(200, "ok\n", requestId));
      case "/readyz" ->
          Optional.of(
              serving ? plain(200, "ok\n", requestId) : plain(503, "not serving\n", requestId));
      default -> Optional.empty();
    };
  }

  private static HttpAnswer plain(int status, String text, String requestId) {
    return new HttpAnswer(
        status,
        List.of(
            new Header("Content-Type", "text/plain; charset=utf-8"),
            new Header("Cache-Control", "no-store"),
            new Header(Syntax.REQUEST_ID_HEADER, requestId)),
        text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public HttpAnswer tooLong() {
    return JsonSyntax.EMPTY.refusal(tooLongFault(), Arrival.newRequestId());
  }

  private static Fault tooLongFault() {
    return new Fault(
        "RequestEntityTooLargeException",
        413,
        "The request is longer than " + BODY_BYTES_MAX + " bytes.");
  }

  private HttpAnswer api(HttpCall call, String requestId, Instant now) {
    if (call.body().length > BODY_BYTES_MAX) {
      throw tooLongFault();
    }
    Arrival arrival = Arrival.of(call, requestId, now);
    Route route = router.route(arrival);
    Syntax syntax = route.syntax();
    if (route.service().isEmpty()) {
      return syntax.refusal(syntax.unknownOperation(route.operationName()), requestId);
    }
    try {
      return authenticated(arrival, route, route.service().get());
    } catch (RuntimeException failure) {
      return syntax.refusal(unexpected(failure, requestId), requestId);
    }
  }

  private HttpAnswer authenticated(Arrival arrival, Route route, Service service) {
    Syntax syntax = route.syntax();
    Proof proof = route.operation().<Proof>map(Operation::proof).orElse(Proof.ACCESS_KEY);
    Authenticated who =
        authenticator.authenticate(arrival, service, proof, syntax.signatureProtocol());
    return switch (who) {
      case Authenticated.Refused(Fault fault, Optional<Caller> claimed) -> {
        claimed.ifPresent(caller ->
            audit.append(
                CallReport.refused(arrival, caller, service.name(), route.operationName(), fault)));
        yield syntax.refusal(fault, arrival.requestId());
      }
      case Authenticated.Proven(Caller caller) ->
          route.operation().isPresent()
              ? perform(arrival, service, route.operation().get(), syntax, caller)
              : unknown(arrival, service, route, caller);
    };
  }

  private HttpAnswer unknown(Arrival arrival, Service service, Route route, Caller caller) {
    Fault fault = route.syntax().unknownOperation(route.operationName());
    audit.append(CallReport.refused(arrival, caller, service.name(), route.operationName(), fault));
    return route.syntax().refusal(fault, arrival.requestId());
  }

  private <I, O> HttpAnswer perform(
      Arrival arrival, Service service, Operation<I, O> operation, Syntax syntax, Caller caller) {
    String requestId = arrival.requestId();
    Map<String, Object> parameters = Map.of();
    Map<String, Object> elements = Map.of();
    Optional<Fault> refusal = Optional.empty();
    HttpAnswer answer;
    try {
      I input = syntax.read(operation);
      operation.validate(input);
      parameters = operation.auditParameters(input);
      O output = operation.run(permitted(arrival, service, operation, input, caller), input);
      elements = operation.auditElements(output);
      answer = syntax.success(operation, output, requestId);
    } catch (Fault fault) {
      refusal = Optional.of(fault);
      answer = syntax.refusal(fault, requestId);
    } catch (RuntimeException failure) {
      Fault fault = unexpected(failure, requestId);
      refusal = Optional.of(fault);
      answer = syntax.refusal(fault, requestId);
    }
    if (isTold(caller, operation.proof(), refusal)) {
      audit.append(
          new CallReport(
              arrival,
              caller,
              service.name(),
              operation.name(),
              operation.readOnly(),
              parameters,
              elements,
              refusal));
    }
    return answer;
  }

  /** EC2 adds what sts:DecodeAuthorizationMessage reads. */
  private static Fault encoded(Fault refusal, String message) {
    return new Fault(
        refusal.code(),
        refusal.httpStatus(),
        refusal.message() + ". Encoded authorization failure message: " + message);
  }

  /**
   * Of nobody's failed attempts there is nothing to tell that could be believed, unless policies
   * refused whoever showed a token that holds.
   */
  private static boolean isTold(Caller caller, Proof proof, Optional<Fault> refusal) {
    return !(caller instanceof Caller.Anonymous)
        || refusal.isEmpty()
        || (proof == Proof.WEB_IDENTITY && refusal.get().code().equals("AccessDeniedException"));
  }

  private <I> Call permitted(
      Arrival arrival, Service service, Operation<I, ?> operation, I input, Caller caller) {
    Question question = operation.question(input, caller);
    if (question.credentials() != operation.proof()) {
      throw new IllegalStateException(operation.name() + " asks for two kinds of proof");
    }
    return switch (gate.decide(
        caller, question, ConditionKeys.of(arrival, caller, names.region()))) {
      case Decision.Allowed(Permit permit) ->
          new Call(permit, arrival.requestId(), arrival.now(), arrival.sourceAddress());
      case Decision.Denied denied -> {
        denials.keep(arrival, caller, denied);
        Fault refusal = Gate.refusal(caller, denied);
        throw service.protocol() instanceof Service.Protocol.Ec2Query
            ? encoded(refusal, messages.encode(arrival.requestId(), caller, denied))
            : refusal;
      }
    };
  }
}
