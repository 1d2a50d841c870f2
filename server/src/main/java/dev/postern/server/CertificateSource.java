package dev.postern.server;

import dev.postern.server.listener.ServerCertificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** Where the server's certificate comes from. For use by one thread at a time. */
public sealed interface CertificateSource permits CertificateAuthority, ConfiguredCertificate {
  /** The certificate in force. */
  ServerCertificate current();

  /**
   * A newer certificate, when there is one: ours was about to expire, or a configured file changed.
   * It is then the current one. Meant to be called every minute or so.
   *
   * @throws StartFailure when a new one cannot be made or read; the old one stays in force
   */
  Optional<ServerCertificate> refresh();

  /** What clients must trust besides their system's roots. */
  List<X509Certificate> trustAnchors();
}
