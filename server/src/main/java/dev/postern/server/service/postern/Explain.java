package dev.postern.server.service.postern;

import dev.postern.aws.Fault;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.Operation;
import dev.postern.server.shape.TreeCodec;
import dev.postern.server.store.Denials;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells an administrator why a call was refused: {@code RequestId} in; out {@code Principal},
 * {@code Action}, {@code Resource}, {@code Decision}, {@code Layer}, {@code ContextKeys}, and
 * {@code DecidingStatement}, or for an implicit deny {@code NearestStatement} with {@code
 * Mismatches}.
 */
final class Explain implements Operation<Map<String, Object>, Map<String, Object>> {
  private static final Pattern REQUEST_ID =
      Pattern.compile("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$");

  private final Denials denials;

  Explain(Denials denials) {
    this.denials = denials;
  }

  @Override
  public String name() {
    return "Explain";
  }

  @Override
  public Codec<Map<String, Object>, Map<String, Object>> codec() {
    return TreeCodec.of();
  }

  @Override
  public void validate(Map<String, Object> input) {
    Constraints.of().member("requestId", requestId(input)).required().pattern(REQUEST_ID).verify();
  }

  private static @Nullable String requestId(Map<String, Object> input) {
    return switch (input.get("RequestId")) {
      case null -> null;
      case String text -> text;
      default -> throw new Fault("SerializationException", 400, "RequestId: a String is expected");
    };
  }

  @Override
  public Question question(Map<String, Object> input, Caller caller) {
    return Question.of("postern:Explain", "*");
  }

  @Override
  public Map<String, Object> run(Call call, Map<String, Object> input) {
    String requestId = String.valueOf(requestId(input));
    String explanation =
        denials
            .find(requestId)
            .orElseThrow(() ->
                new Fault(
                    "DoesNotExistException",
                    400,
                    "No refusal by policy is kept for request "
                        + requestId
                        + ". The call was allowed, failed for another reason, or is too old."));
    try {
      return Json.readObject(explanation);
    } catch (MalformedJsonException damaged) {
      throw new IllegalStateException("a stored explanation is damaged", damaged);
    }
  }

  @Override
  public boolean readOnly() {
    return true;
  }

  @Override
  public Map<String, Object> auditParameters(Map<String, Object> input) {
    return Map.of("requestId", String.valueOf(requestId(input)));
  }

  @Override
  public Map<String, Object> auditElements(Map<String, Object> output) {
    return Map.of();
  }
}
