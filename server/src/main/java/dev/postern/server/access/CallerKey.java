package dev.postern.server.access;

import dev.postern.aws.sigv4.AccessKey;
import dev.postern.server.store.AccessKeyRecord;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An access key and who calls with it. Proves nothing before a signature was verified with it. */
public record CallerKey(AccessKeyRecord key, Caller caller) implements AccessKey {
  @Override
  public String secretAccessKey() {
    return key.secret();
  }

  @Override
  public boolean acceptsSessionToken(@Nullable String sessionToken) {
    return key.acceptsSessionToken(Optional.ofNullable(sessionToken));
  }

  @Override
  public @Nullable Instant expiration() {
    return key.expiration().orElse(null);
  }
}
