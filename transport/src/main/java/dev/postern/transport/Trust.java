package dev.postern.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate authorities a connection believes: the system's roots and, when given, those of
 * a PEM bundle besides. One instance serves all connections of a process and keeps TLS sessions for
 * resumption.
 *
 * <p>Safe for use by many threads. The bundle's file is read once, at construction, that of the
 * system's roots when a certificate needs them, also when it is named as the bundle.
 */
public final class Trust {
  /** Where systems keep the roots that their administrator chose, most common first. */
  private static final List<Path> SYSTEM_BUNDLES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"),
          Path.of("/etc/ssl/cert.pem"));

  /**
   * TLS sessions that are kept for resumption. One of each server is of use; a server may give two
   * tickets for every connection, and Java would keep 20,480.
   */
  static final int SESSIONS_MAX = 32;

  /**
   * Connections that may resume each other's sessions. With TLS 1.3 each session holds those that
   * were resumed from it (NewSessionTicket in the JDK), so a connection that stays open keeps all
   * later ones of its context in memory.
   */
  static final int CONNECTIONS_PER_CONTEXT = 64;

  private final X509ExtendedTrustManager decider;
  private SSLContext context;
  private int connections;
  private volatile boolean everyGroup;

  private Trust(X509ExtendedTrustManager decider) throws IOException {
    this.decider = decider;
    this.context = newContext(decider);
  }

  private static SSLContext newContext(X509ExtendedTrustManager decider) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {decider}, null);
      context.getClientSessionContext().setSessionCacheSize(SESSIONS_MAX);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS is not available in this Java runtime", e);
    }
  }

  /** The system's roots only. */
  public static Trust system() throws IOException {
    return withBundle(null);
  }

  /**
   * The system's roots and those of a file.
   *
   * @param caBundle PEM certificates, other PEM blocks and text between them are skipped; null for
   *     none
   * @throws IOException naming the file, when it is missing, unreadable, or holds no certificate or
   *     something that cannot be one; what is broken inside of one is told when that is needed
   */
  public static Trust withBundle(@Nullable Path caBundle) throws IOException {
    X509ExtendedTrustManager system =
        new LazyTrustManager("the system's roots", Trust::readSystemRoots);
    if (caBundle == null || caBundle.equals(systemBundle())) {
      return new Trust(system);
    }
    return new Trust(new EitherTrustManager(readBundle(caBundle), system));
  }

  /** Trusts the given authorities and nobody else. */
  public static Trust only(Collection<X509Certificate> authorities) throws IOException {
    return new Trust(managerOf(authorities));
  }

  /** For one connection. */
  synchronized SSLContext context() throws IOException {
    if (connections == CONNECTIONS_PER_CONTEXT) {
      context = newContext(decider);
      connections = 0;
    }
    connections++;
    return context;
  }

  X509ExtendedTrustManager authorities() {
    return decider;
  }

  /** Whether a server was met that has nothing in common with {@link Connection#FAST_GROUPS}. */
  boolean everyGroup() {
    return everyGroup;
  }

  void offerEveryGroup() {
    everyGroup = true;
  }

  private static X509ExtendedTrustManager readBundle(Path file) throws IOException {
    try {
      return new BundleTrustManager(
          file.toString(), CertificateBundle.parse(Files.readAllBytes(file)));
    } catch (CertificateException e) {
      throw new IOException("CA bundle " + file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException("CA bundle " + file + " cannot be read: " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "no such file";
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      default -> String.valueOf(e.getMessage());
    };
  }

  private static X509ExtendedTrustManager readSystemRoots() throws IOException {
    Path file = systemBundle();
    return file == null ? managerOf((KeyStore) null) : readBundle(file);
  }

  /** Null when the Java runtime's own roots serve. */
  static @Nullable Path systemBundle() {
    // Whoever set this property chose the roots of this very program.
    return System.getProperty("javax.net.ssl.trustStore") != null
        ? null
        : SYSTEM_BUNDLES.stream().filter(Files::isReadable).findFirst().orElse(null);
  }

  static X509ExtendedTrustManager managerOf(Collection<X509Certificate> authorities)
      throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (X509Certificate authority : authorities) {
        store.setCertificateEntry("ca" + number++, authority);
      }
      return managerOf(store);
    } catch (GeneralSecurityException e) {
      throw new IOException("certificate authorities cannot be loaded", e);
    }
  }

  /** A null store means the Java runtime's own roots. */
  private static X509ExtendedTrustManager managerOf(@Nullable KeyStore store) throws IOException {
    try {
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new IOException("this Java runtime has no X.509 trust manager");
    } catch (GeneralSecurityException e) {
      throw new IOException("certificate authorities cannot be loaded", e);
    }
  }
}
