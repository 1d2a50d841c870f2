package dev.postern.server.store;

import java.util.Optional;

/**
 * One policy that speaks for or limits a principal.
 *
 * @param source what it is attached to or part of: USER, ROLE or GROUP
 * @param sourceName the name of that user, role or group
 * @param name the inline policy's name, or the managed policy's ARN
 * @param document the text in force; absent where {@code name} is the ARN of a policy that the
 *     database does not hold: one of AWS's, which are part of the program, or one that is gone
 */
public record GrantedPolicy(
    IamEntity source, String sourceName, String name, Optional<String> document) {
  /** Whether it is a managed policy. */
  public boolean isManaged() {
    return name.startsWith("arn:");
  }
}
