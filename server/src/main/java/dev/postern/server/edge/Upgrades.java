package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.query.MalformedFormException;
import dev.postern.aws.query.QueryForm;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Decision;
import dev.postern.server.access.Gate;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.access.Question;
import dev.postern.server.access.Question.Proof;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.service.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides who may open a WebSocket (spec/agent-service.md 3.3, spec/data-channel.md 2.1). Agents
 * sign their upgrades and are authenticated, gated and audited like any call. The client of a
 * session does not sign: its token, which the gateway checks, is its only proof. Safe for use by
 * many threads.
 */
public final class Upgrades {
  /** What a WebSocket is for. */
  public enum Kind {
    CONTROL_CHANNEL,
    DATA_CHANNEL
  }

  /** The decision. */
  public sealed interface Admission {
    /**
     * May connect; the token is still to be shown.
     *
     * @param id the instance's on a control channel, the session's on a data channel
     * @param caller who signed; absent for the client of a session
     */
    record Admitted(Kind kind, String id, Optional<Caller> caller) implements Admission {}

    /** May not. */
    record Refused(HttpAnswer answer) implements Admission {}
  }

  private static final Service GATEWAY =
      Service.regional("ssmmessages", new Service.Protocol.Channels(), List.of());

  private final Authenticator authenticator;
  private final Gate gate;
  private final AuditTrail audit;
  private final DenialNotes denials;
  private final PrincipalNames names;

  Upgrades(
      Authenticator authenticator,
      Gate gate,
      AuditTrail audit,
      DenialNotes denials,
      PrincipalNames names) {
    this.authenticator = authenticator;
    this.gate = gate;
    this.audit = audit;
    this.denials = denials;
    this.names = names;
  }

  Admission admit(Arrival arrival) {
    Optional<ChannelPath> path = ChannelPath.of(arrival.path());
    if (path.isEmpty()) {
      return refused(arrival, new UnknownSyntax().unknownOperation(""));
    }
    try {
      requireRole(arrival, path.get().kind());
    } catch (Fault fault) {
      return refused(arrival, fault);
    }
    boolean signed =
        arrival.call().header("authorization") != null
            || arrival.rawQuery().contains("X-Amz-Signature");
    if (!signed && path.get().kind() == Kind.DATA_CHANNEL) {
      return new Admission.Admitted(Kind.DATA_CHANNEL, path.get().id(), Optional.empty());
    }
    return admitSigned(arrival, path.get());
  }

  private static void requireRole(Arrival arrival, Kind kind) {
    QueryForm query;
    try {
      query = QueryForm.parse(arrival.rawQuery());
    } catch (MalformedFormException malformed) {
      throw invalid(String.valueOf(malformed.getMessage()));
    }
    boolean right =
        switch (kind) {
          case CONTROL_CHANNEL ->
              "subscribe".equals(query.get("role")) && "input".equals(query.get("stream"));
          case DATA_CHANNEL -> "publish_subscribe".equals(query.get("role"));
        };
    if (!right) {
      throw invalid("the role does not fit the channel");
    }
  }

  private static Fault invalid(String message) {
    return new Fault("ValidationException", 400, message);
  }

  private Admission admitSigned(Arrival arrival, ChannelPath path) {
    Authenticated who =
        authenticator.authenticate(arrival, GATEWAY, Proof.ACCESS_KEY, Protocol.JSON);
    return switch (who) {
      case Authenticated.Refused(Fault fault, Optional<Caller> claimed) -> {
        claimed.ifPresent(caller -> report(arrival, path, caller, Optional.of(fault)));
        yield refused(arrival, fault);
      }
      case Authenticated.Proven(Caller caller) -> {
        Optional<Fault> fault = refusal(arrival, path, caller);
        report(arrival, path, caller, fault);
        yield fault.isPresent()
            ? refused(arrival, fault.get())
            : new Admission.Admitted(path.kind(), path.id(), Optional.of(caller));
      }
    };
  }

  private Optional<Fault> refusal(Arrival arrival, ChannelPath path, Caller caller) {
    String resource =
        switch (path.kind()) {
          case CONTROL_CHANNEL -> "*";
          case DATA_CHANNEL -> names.session(path.id());
        };
    var question = new Question(action(path.kind()), List.of(resource), Proof.ACCESS_KEY);
    Decision decision =
        gate.decide(caller, question, ConditionKeys.of(arrival, caller, names.region()));
    if (decision instanceof Decision.Denied denied) {
      denials.keep(arrival, caller, denied);
      return Optional.of(Gate.refusal(caller, denied));
    }
    if (path.kind() == Kind.CONTROL_CHANNEL && !isNode(caller, path.id())) {
      return Optional.of(
          new Fault(
              "AccessDeniedException",
              400,
              "User: %s is not authorized to perform: %s on resource: %s because it is not that node"
                  .formatted(caller.arn(), question.action(), names.node(path.id()))));
    }
    return Optional.empty();
  }

  /** Whoever holds a control channel is the node: so only credentials issued to it may open it. */
  private static boolean isNode(Caller caller, String instanceId) {
    return caller instanceof Caller.RoleSession session
        && session.instanceId().equals(Optional.of(instanceId));
  }

  private static String action(Kind kind) {
    return GATEWAY.name() + ":" + operationName(kind);
  }

  private static String operationName(Kind kind) {
    return switch (kind) {
      case CONTROL_CHANNEL -> "OpenControlChannel";
      case DATA_CHANNEL -> "OpenDataChannel";
    };
  }

  private void report(Arrival arrival, ChannelPath path, Caller caller, Optional<Fault> fault) {
    String idName =
        switch (path.kind()) {
          case CONTROL_CHANNEL -> "instanceId";
          case DATA_CHANNEL -> "sessionId";
        };
    audit.append(
        new CallReport(
            arrival,
            caller,
            GATEWAY.name(),
            operationName(path.kind()),
            false,
            Map.of(idName, path.id()),
            Map.of(),
            fault));
  }

  private static Admission refused(Arrival arrival, Fault fault) {
    return new Admission.Refused(ChannelSyntax.refused(fault, arrival.requestId()));
  }
}
