package dev.postern.transport;

import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes whom the authorities of a bundle believe. It reads those that the server's chain names,
 * and all of them only before it refuses. Safe for use by many threads.
 */
final class BundleTrustManager extends ServerTrustManager {
  private final String name;
  private final CertificateBundle bundle;
  private volatile @Nullable Known known;

  /** Who was asked last; a program connects to the same servers again and again. */
  private record Known(List<UnreadCertificate> authorities, X509ExtendedTrustManager manager) {}

  /**
   * @param name of the bundle, for messages
   */
  BundleTrustManager(String name, CertificateBundle bundle) {
    this.name = name;
    this.bundle = bundle;
  }

  @Override
  void check(X509Certificate[] chain, Check check) throws CertificateException {
    List<UnreadCertificate> named = bundle.namedIn(chain);
    if (!named.isEmpty()) {
      try {
        check.by(manager(named));
        return;
      } catch (CertificateException _) {
        // A name can be written in several ways; and with all of them the reason is a better one.
      }
    }
    check.by(manager(bundle.all()));
  }

  private X509ExtendedTrustManager manager(List<UnreadCertificate> authorities)
      throws CertificateException {
    Known last = known;
    if (last != null && last.authorities.equals(authorities)) {
      return last.manager;
    }
    try {
      List<X509Certificate> read = new ArrayList<>();
      for (UnreadCertificate each : authorities) {
        read.add(each.read());
      }
      X509ExtendedTrustManager manager = Trust.managerOf(read);
      known = new Known(authorities, manager);
      return manager;
    } catch (CertificateException | IOException e) {
      // No cause: people are told the message of the innermost exception about a certificate.
      throw new CertificateException("CA bundle " + name + ": " + e.getMessage());
    }
  }
}
