package dev.postern.server.access.policy;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code service:name} with wildcards in the name, or {@code *}; compared without regard to case.
 */
final class ActionPattern {
  private static final String ALL = "*";

  private final String source;
  private final @Nullable String service;
  private final Wildcard name;

  private ActionPattern(String source, @Nullable String service, Wildcard name) {
    this.source = source;
    this.service = service;
    this.name = name;
  }

  static ActionPattern compile(String source, Position position) throws MalformedPolicyException {
    if (source.equals(ALL)) {
      return new ActionPattern(source, null, Wildcard.of(ALL));
    }
    int colon = source.indexOf(':');
    if (colon <= 0 || colon == source.length() - 1) {
      throw new MalformedPolicyException(
          "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.", position);
    }
    if (source.indexOf(':', colon + 1) >= 0) {
      throw new MalformedPolicyException("Actions/Condition can contain only one colon.", position);
    }
    String service = source.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!service.equals(ALL) && !isServiceName(service)) {
      throw new MalformedPolicyException(
          "Vendor " + MalformedPolicyException.quoted(service) + " is not valid", position);
    }
    return new ActionPattern(
        source,
        service.equals(ALL) ? null : service,
        Wildcard.of(source.substring(colon + 1).toLowerCase(Locale.ROOT)));
  }

  private static boolean isServiceName(String text) {
    return text.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }

  /** As the policy has it. */
  String source() {
    return source;
  }

  /** Lower-cased; null for every service. */
  @Nullable String service() {
    return service;
  }

  boolean matches(String lowerCasedService, String lowerCasedName) {
    return (service == null || service.equals(lowerCasedService)) && name.matches(lowerCasedName);
  }
}
