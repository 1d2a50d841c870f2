package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.PrincipalTags;
import dev.postern.server.access.Question;
import dev.postern.server.access.StandingPermits;
import dev.postern.server.bus.Bus;
import dev.postern.server.bus.IsConnected;
import dev.postern.server.bus.NoResponder;
import dev.postern.server.bus.StartOnNode;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.SessionLimits;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentTask;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.control.SessionContent;
import dev.postern.wire.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.StartSessionRequest;
import software.amazon.awssdk.services.ssm.model.StartSessionResponse;

/** Starts a session on a node: a record, a token, and a task down the node's control channel. */
final class StartSession extends SsmOperation<StartSessionRequest, StartSessionResponse> {
  /** How long a client may take to open its data channel. */
  static final Duration TOKEN_LIFETIME = Duration.ofMinutes(5);

  /** Policies ask by it whether the document counts (spec/aws-api.md 4.7). */
  private static final String DOCUMENT_CHECK_KEY = "ssm:SessionDocumentAccessCheck";

  /** The tag of a user, role or STS session that names the account to run as on the node. */
  private static final String RUN_AS_TAG = "SSMSessionRunAs";

  private static final Pattern DOCUMENT_NAME = Pattern.compile("^[a-zA-Z0-9_\\-.:/]{3,128}$");
  private static final Pattern REASON = Pattern.compile("^.{1,256}$");

  private final Account account;
  private final SessionDocuments documents;
  private final Store store;
  private final PrincipalTags tags;
  private final Bus bus;
  private final StreamUrls streamUrls;
  private final SessionIds ids;
  private final DocumentCheck documentCheck;

  StartSession(SessionParts parts) {
    super(SdkCodec.of(StartSessionRequest.class, StartSessionRequest::builder), false);
    this.account = parts.account();
    this.documents = parts.documents();
    this.store = parts.store();
    this.tags = new PrincipalTags(parts.store());
    this.bus = parts.bus();
    this.streamUrls = parts.streamUrls();
    this.ids = parts.ids();
    this.documentCheck = parts.documentCheck();
  }

  @Override
  public void validate(StartSessionRequest input) {
    Constraints constraints =
        Constraints.of()
            .member("target", input.target())
            .required()
            .length(1, 400)
            .member("documentName", input.documentName())
            .pattern(DOCUMENT_NAME)
            .member("reason", input.reason())
            .length(1, 256)
            .pattern(REASON);
    input
        .parameters()
        .forEach((name, values) -> {
          constraints.member("parameters", name).length(1, 255);
          for (String value : values) {
            constraints.member("parameters." + name + ".member", value).length(1, 65535);
          }
        });
    constraints.verify();
  }

  @Override
  public Question question(StartSessionRequest input, Caller caller) {
    DocumentReference named =
        documents.reference(
            input.documentName() == null ? SessionDocuments.PREFERENCES : input.documentName());
    String node = account.nodeArn(input.target());
    Map<String, List<String>> nodeTags =
        ResourceTags.conditionKeys(store.nodes().tags(input.target()));
    Question.Check target = check(node, nodeTags, true);
    Question.Check document =
        check(named.arn(), ResourceTags.conditionKeys(documents.tags(named)), true);
    Question strict = new Question(List.of(target, document), Question.Proof.ACCESS_KEY);
    // A document that the call names is always checked.
    return input.documentName() == null && documentCheck == DocumentCheck.LENIENT
        ? strict.orLeniently(List.of(check(node, nodeTags, false)))
        : strict;
  }

  private Question.Check check(
      String arn, Map<String, List<String>> tagKeys, boolean documentChecked) {
    Map<String, List<String>> keys = new HashMap<>(tagKeys);
    keys.put(DOCUMENT_CHECK_KEY, List.of(String.valueOf(documentChecked)));
    return new Question.Check(action(), arn, keys);
  }

  @Override
  public StartSessionResponse run(Call call, StartSessionRequest input) {
    SessionDocument unfilled =
        input.documentName() == null
            ? documents.preferences()
            : documents.forSession(input.documentName());
    JsonObject parameters = unfilled.bind(input.parameters());
    SessionDocument document = unfilled.filled(parameters);
    SessionDocument preferences = input.documentName() == null ? document : preferences();
    DocumentContent content = InputsInForce.of(document, preferences);
    SessionLimits limits = LimitsInForce.of(document, preferences);
    // Before anything is written: a target that is not there leaves no trace but the audit event.
    ask(input.target(), new IsConnected(input.target()));
    Caller caller = call.permit().caller();
    SessionId id = ids.next(caller);
    String token =
        store.sessions().insert(record(call, input, document, limits, id), TOKEN_LIFETIME);
    start(
        call,
        input.target(),
        new SessionContent(
            document.name(),
            id.value(),
            caller.arn(),
            tags.value(caller, RUN_AS_TAG).orElse(""),
            parameters,
            content));
    return StartSessionResponse.builder()
        .sessionId(id.value())
        .tokenValue(token)
        .streamUrl(streamUrls.of(id))
        .build();
  }

  /** Of the account, with the defaults of their own parameters. */
  private SessionDocument preferences() {
    SessionDocument preferences = documents.preferences();
    return preferences.parameters().isEmpty()
        ? preferences
        : preferences.filled(preferences.bind(Map.of()));
  }

  private static SessionRecord record(
      Call call,
      StartSessionRequest input,
      SessionDocument document,
      SessionLimits limits,
      SessionId id) {
    Caller caller = call.permit().caller();
    return new SessionRecord(
        id,
        caller.arn(),
        caller.userId(),
        input.target(),
        document.name(),
        document.content().sessionType(),
        Optional.ofNullable(input.reason()),
        SessionRecord.Status.Connecting,
        call.now(),
        Optional.empty(),
        Optional.empty(),
        limits,
        Optional.of(StandingPermits.record(call.permit())));
  }

  private void start(Call call, String target, SessionContent content) {
    AgentTask task = AgentTask.of(content);
    SessionId id = new SessionId(content.sessionId());
    try {
      ask(target, new StartOnNode(target, id, task.toJson()));
    } catch (Fault gone) {
      // The node left between the question and the start.
      store
          .sessions()
          .update(
              id,
              SessionRecord.Status.Failed,
              Optional.of(call.now()),
              Optional.of(gone.message()));
      store.tokens().discard(Tokens.Kind.CLIENT_DATA_CHANNEL, id.value());
      throw gone;
    }
  }

  private void ask(String target, dev.postern.server.bus.Question<Boolean> question) {
    try {
      if (bus.request(question)) {
        return;
      }
    } catch (NoResponder notConnected) {
      // Answered below, alike for unknown and for unconnected targets.
    }
    throw new Fault("TargetNotConnected", 400, target + " is not connected.");
  }

  @Override
  public Map<String, Object> auditParameters(StartSessionRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("target", input.target());
    if (input.documentName() != null) {
      parameters.put("documentName", input.documentName());
    }
    if (input.reason() != null) {
      parameters.put("reason", input.reason());
    }
    if (input.hasParameters()) {
      parameters.put("parameters", input.parameters());
    }
    return parameters;
  }

  @Override
  public Map<String, Object> auditElements(StartSessionResponse output) {
    return Map.of(
        "sessionId",
        output.sessionId(),
        "tokenValue",
        "Value hidden due to security reasons.",
        "streamUrl",
        output.streamUrl());
  }
}
