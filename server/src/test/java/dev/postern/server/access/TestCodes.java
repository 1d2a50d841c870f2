package dev.postern.server.access;

import java.time.Instant;

/** What a virtual MFA device shows. */
public final class TestCodes {
  private TestCodes() {}

  public static String code(byte[] seed, Instant moment) {
    return Totp.code(seed, Totp.step(moment));
  }
}
