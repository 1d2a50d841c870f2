package dev.postern.transport;

import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes whom the authorities of a bundle believe. It reads those that the server's chain names,
 * and all of them only before it refuses, for a name can be written in several ways. Safe for use
 * by many threads.
 */
final class BundleTrustManager extends ServerTrustManager {
  private final String name;
  private final CertificateBundle bundle;
  private final X509ExtendedTrustManager all;

  /**
   * @param name of the bundle, for messages
   */
  BundleTrustManager(String name, CertificateBundle bundle) {
    this.name = name;
    this.bundle = bundle;
    this.all = among(bundle.all());
  }

  @Override
  void check(X509Certificate[] chain, Check check) throws CertificateException {
    List<UnreadCertificate> named = bundle.namedIn(chain);
    check.by(named.isEmpty() ? all : new EitherTrustManager(among(named), all));
  }

  private X509ExtendedTrustManager among(List<UnreadCertificate> authorities) {
    return new LazyTrustManager("CA bundle " + name, () -> Trust.managerOf(read(authorities)));
  }

  private static List<X509Certificate> read(List<UnreadCertificate> unread) throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (UnreadCertificate each : unread) {
        certificates.add(each.read());
      }
      return certificates;
    } catch (CertificateException broken) {
      // No cause: people are told the message of the innermost exception about a certificate.
      throw new IOException(broken.getMessage());
    }
  }
}
