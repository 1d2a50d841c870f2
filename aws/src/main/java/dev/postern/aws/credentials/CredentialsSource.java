package dev.postern.aws.credentials;

import dev.postern.aws.sigv4.Credentials;
import java.io.IOException;

/** Where credentials come from. Asked before each call, so it keeps what it may keep. */
@FunctionalInterface
public interface CredentialsSource {
  /**
   * The credentials to sign the next call with.
   *
   * @throws IOException when there are none, with a text that tells a user what to do
   */
  Credentials resolve() throws IOException;
}
