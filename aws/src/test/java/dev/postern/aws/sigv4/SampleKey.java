package dev.postern.aws.sigv4;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An access key as a test gives it. */
record SampleKey(String secretAccessKey, @Nullable String token, @Nullable Instant expiration)
    implements AccessKey {
  static final String ID = "AKIDEXAMPLE";
  static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  static final SampleKey LONG_TERM = new SampleKey(SECRET, null, null);

  @Override
  public boolean acceptsSessionToken(@Nullable String sessionToken) {
    return AccessKey.sameToken(token, sessionToken);
  }

  AccessKeys<SampleKey> lookup() {
    return id -> id.equals(ID) ? this : null;
  }
}
