package dev.postern.transport;

import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A trust manager that is made at the first question. Safe for use by many threads. */
final class LazyTrustManager extends ServerTrustManager {
  interface Source {
    X509ExtendedTrustManager read() throws IOException;
  }

  private final String name;
  private final Source source;
  private @Nullable X509ExtendedTrustManager manager;

  /**
   * @param name of the source, for messages
   */
  LazyTrustManager(String name, Source source) {
    this.name = name;
    this.source = source;
  }

  private synchronized X509ExtendedTrustManager manager() throws CertificateException {
    X509ExtendedTrustManager known = manager;
    if (known == null) {
      try {
        known = source.read();
      } catch (IOException e) {
        throw new CertificateException(name + ": " + e.getMessage(), e);
      }
      manager = known;
    }
    return known;
  }

  @Override
  void check(X509Certificate[] chain, Check check) throws CertificateException {
    check.by(manager());
  }
}
