package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.ActivationRecord;
import dev.postern.server.store.Store;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.CreateActivationRequest;
import software.amazon.awssdk.services.ssm.model.CreateActivationResponse;
import software.amazon.awssdk.services.ssm.model.Tag;

/**
 * Creates the right to register nodes. With the tag {@code postern:instance-id} the one node that
 * registers takes that id (design.md decision 10).
 */
final class CreateActivation
    extends SsmOperation<CreateActivationRequest, CreateActivationResponse> {
  /** The tag that chooses the id of the node. */
  static final String INSTANCE_ID_TAG = "postern:instance-id";

  private static final Pattern CHOSEN_ID = Pattern.compile("^i-[0-9a-zA-Z]{1,64}$");
  private static final Pattern TEXT = Pattern.compile("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$");
  private static final Duration LIFETIME_DEFAULT = Duration.ofHours(24);
  private static final Duration LIFETIME_MAX = Duration.ofDays(30);
  private static final int TAGS_MAX = 50;

  /** Stands for the nodes that will register. */
  private static final String ANY_NODE = "mi-*";

  /** 24 random bytes are 32 characters: within the API's 20 to 250. */
  private static final int CODE_BYTES = 24;

  private final SessionParts parts;
  private final Store store;
  private final RandomGenerator random;

  CreateActivation(SessionParts parts) {
    super(SdkCodec.of(CreateActivationRequest.class, CreateActivationRequest::builder), false);
    this.parts = parts;
    this.store = parts.store();
    this.random = parts.random();
  }

  @Override
  public void validate(CreateActivationRequest input) {
    Constraints constraints =
        Constraints.of()
            .member("description", input.description())
            .length(0, 256)
            .member("defaultInstanceName", input.defaultInstanceName())
            .length(0, 256)
            .pattern(TEXT)
            .member("iamRole", input.iamRole())
            .required()
            .length(1, 64)
            .member("registrationLimit", input.registrationLimit())
            .range(1, 1000);
    int index = 0;
    for (Tag tag : input.tags()) {
      index++;
      String member = "tags." + index + ".member.";
      constraints.member(member + "key", tag.key()).required().length(1, 128).pattern(TEXT);
      if (tag.key() != null) {
        constraints.check(
            !tag.key().startsWith("aws:"), "Member must not begin with the reserved prefix aws:");
      }
      constraints.member(member + "value", tag.value()).required().length(0, 256).pattern(TEXT);
      if (INSTANCE_ID_TAG.equals(tag.key()) && tag.value() != null) {
        constraints.pattern(CHOSEN_ID);
        constraints
            .member("registrationLimit", input.registrationLimit())
            .check(
                input.registrationLimit() == null || input.registrationLimit() == 1,
                "Member must be 1 where the tag " + INSTANCE_ID_TAG + " chooses the node's id");
      }
    }
    constraints.verify();
    if (input.tags().size() > TAGS_MAX) {
      throw new Fault("TooManyTagsError", 400, "A resource has at most " + TAGS_MAX + " tags.");
    }
    if (input.tags().stream().map(Tag::key).distinct().count() < input.tags().size()) {
      throw new Fault("ValidationException", 400, "Duplicate tag keys found.");
    }
  }

  @Override
  public Question question(CreateActivationRequest input, Caller caller) {
    Map<String, String> tags = new LinkedHashMap<>();
    input.tags().forEach(tag -> tags.put(tag.key(), tag.value()));
    return new Question(
        List.of(
            new Question.Check(action(), "*", ResourceTags.requested(tags)),
            PassRole.check(parts.account(), store, input.iamRole())),
        Question.Proof.ACCESS_KEY);
  }

  @Override
  public CreateActivationResponse run(Call call, CreateActivationRequest input) {
    requireTrustedRole(parts, parts.account().nodeArn(ANY_NODE), call, input.iamRole());
    byte[] bytes = new byte[CODE_BYTES];
    random.nextBytes(bytes);
    String code = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    String id = new UUID(random.nextLong(), random.nextLong()).toString();
    var tags = new LinkedHashMap<String, String>();
    input.tags().forEach(tag -> tags.put(tag.key(), tag.value()));
    store
        .activations()
        .insert(
            new ActivationRecord(
                id,
                hash(code),
                Optional.ofNullable(input.description()),
                Optional.ofNullable(input.defaultInstanceName()),
                input.iamRole(),
                input.registrationLimit() == null ? 1 : input.registrationLimit(),
                0,
                expiration(call.now(), input.expirationDate()),
                call.now(),
                tags,
                Optional.ofNullable(tags.get(INSTANCE_ID_TAG))));
    return CreateActivationResponse.builder().activationId(id).activationCode(code).build();
  }

  private static Instant expiration(Instant now, @Nullable Instant asked) {
    if (asked == null) {
      return now.plus(LIFETIME_DEFAULT);
    }
    if (!asked.isAfter(now)) {
      throw new Fault("ValidationException", 400, "ExpirationDate must be in the future.");
    }
    if (asked.isAfter(now.plus(LIFETIME_MAX))) {
      throw new Fault(
          "ValidationException",
          400,
          "ExpirationDate must be within " + LIFETIME_MAX.toDays() + " days.");
    }
    return asked;
  }

  /** A role that nodes could not use is refused here, where somebody reads the message. */
  static void requireTrustedRole(
      SessionParts parts, String nodeArn, Call call, String nameWithPath) {
    if (!parts
        .trust()
        .admitsService(roleName(nameWithPath), SystemsManager.PRINCIPAL, nodeArn, call.now())) {
      throw new Fault(
          "ValidationException",
          400,
          "Nonexistent role or missing ssm service principal in trust policy: "
              + parts.account().roleArn(nameWithPath));
    }
  }

  /** The name alone: {@code IamRole} may have a path before it, as in {@code service-role/Name}. */
  static String roleName(String nameWithPath) {
    return nameWithPath.substring(nameWithPath.lastIndexOf('/') + 1);
  }

  /** What is stored of an activation code. */
  static byte[] hash(String code) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(code.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-256", missing);
    }
  }

  @Override
  public Map<String, Object> auditParameters(CreateActivationRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("iamRole", input.iamRole());
    if (input.description() != null) {
      parameters.put("description", input.description());
    }
    if (input.defaultInstanceName() != null) {
      parameters.put("defaultInstanceName", input.defaultInstanceName());
    }
    if (input.registrationLimit() != null) {
      parameters.put("registrationLimit", input.registrationLimit().longValue());
    }
    if (input.expirationDate() != null) {
      parameters.put("expirationDate", input.expirationDate());
    }
    if (input.hasTags()) {
      parameters.put(
          "tags",
          input.tags().stream()
              .map(tag -> Map.of("key", tag.key(), "value", tag.value()))
              .toList());
    }
    return parameters;
  }

  @Override
  public Map<String, Object> auditElements(CreateActivationResponse output) {
    return Map.of("activationId", output.activationId());
  }
}
