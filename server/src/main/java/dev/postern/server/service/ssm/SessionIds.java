package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.wire.SessionId;
import java.util.random.RandomGenerator;

/**
 * Makes session ids: the caller's name, then 26 random characters of base 36 (spec/aws-api.md 5).
 */
final class SessionIds {
  private static final int SUFFIX_LENGTH = 26;
  private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

  private final RandomGenerator random;

  SessionIds(RandomGenerator random) {
    this.random = random;
  }

  SessionId next(Caller caller) {
    StringBuilder id = new StringBuilder(caller.sessionName()).append('-');
    for (int i = 0; i < SUFFIX_LENGTH; i++) {
      id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
    return new SessionId(id.toString());
  }
}
