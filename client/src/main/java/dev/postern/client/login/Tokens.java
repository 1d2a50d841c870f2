package dev.postern.client.login;

import org.jspecify.annotations.Nullable;

/**
 * What a token endpoint gives. The text form hides it.
 *
 * @param idToken a JWT, for sts
 * @param refreshToken null when the provider gave none
 */
record Tokens(String idToken, @Nullable String refreshToken) {
  @Override
  public String toString() {
    return "Tokens[]";
  }
}
