package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.service.Constraints;
import dev.postern.server.store.UserKeys;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the operations on access keys accept, and how they refuse (spec/aws-api.md 3.1). */
final class AccessKeyRules {
  static final String ACTIVE = "Active";
  static final String INACTIVE = "Inactive";
  static final List<String> STATUSES = List.of(ACTIVE, INACTIVE);

  private static final int ID_CHARACTERS_MIN = 16;
  private static final int ID_CHARACTERS_MAX = 128;
  private static final Pattern ID = Pattern.compile("[\\w]+");

  private AccessKeyRules() {}

  static Constraints keyId(Constraints constraints, @Nullable String accessKeyId) {
    return constraints
        .member("accessKeyId", accessKeyId)
        .required()
        .length(ID_CHARACTERS_MIN, ID_CHARACTERS_MAX)
        .pattern(ID);
  }

  static String status(boolean active) {
    return active ? ACTIVE : INACTIVE;
  }

  /** Throws what a change that was not made says. */
  static void require(
      UserKeys.Outcome outcome, PrincipalRules users, String userName, String accessKeyId) {
    switch (outcome) {
      case DONE -> {
        // Nothing to say.
      }
      case NO_USER -> throw users.notFound(userName);
      case NO_KEY ->
          throw PrincipalRules.noSuchEntity(
              "The Access Key with id " + accessKeyId + " cannot be found.");
      case TOO_MANY_KEYS ->
          throw new Fault(
              "LimitExceeded",
              409,
              "Cannot exceed quota for AccessKeysPerUser: " + UserKeys.KEYS_PER_USER_MAX);
    }
  }
}
