package dev.postern.aws.caller;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.credentials.CredentialsSource;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.aws.sigv4.RequestSigner;
import java.io.IOException;
import java.security.PrivateKey;
import java.time.InstantSource;

/** How a caller shows who it is: gives a request its signature. Safe for use by many threads. */
@FunctionalInterface
public interface Authentication {
  /**
   * The request with its signature.
   *
   * @throws IOException when credentials could not be had
   */
  HttpRequest authenticate(HttpRequest request) throws IOException;

  /** No signature, as for the registration of a node. */
  static Authentication anonymous() {
    return request -> request;
  }

  static Authentication sigV4(
      String region, String service, CredentialsSource credentials, InstantSource clock) {
    return request ->
        RequestSigner.sign(request, credentials.resolve(), region, service, clock.instant());
  }

  /** A node's own key, for the calls that bring it credentials. */
  static Authentication node(String nodeId, PrivateKey key, String region, InstantSource clock) {
    return request -> NodeSignature.sign(request, nodeId, key, region, clock.instant());
  }
}
