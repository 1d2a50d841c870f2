package dev.postern.server;

import dev.postern.server.listener.ServerCertificate;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands newer certificates on while the server runs. One thread of its own, which {@link #close}
 * ends.
 */
final class CertificateWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

  /** So soon does a certificate that was changed on disk serve new connections. */
  private static final Duration CHECK_EVERY = Duration.ofSeconds(30);

  private final CertificateSource source;
  private final Receiver<ServerCertificate> listener;
  private final Receiver<List<X509Certificate>> bundle;

  /** Whether all have what the source found last. Of the thread that looks. */
  private boolean handedOn = true;

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("postern-certificate").factory());

  /** Who is told. */
  @FunctionalInterface
  interface Receiver<T> {
    void use(T newer) throws IOException;
  }

  /**
   * @param listener is given what it shows to its peers
   * @param bundle is given what clients must trust besides their system's roots
   */
  CertificateWatch(
      CertificateSource source,
      Receiver<ServerCertificate> listener,
      Receiver<List<X509Certificate>> bundle) {
    this.source = source;
    this.listener = listener;
    this.bundle = bundle;
  }

  void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            this::check, CHECK_EVERY.toSeconds(), CHECK_EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  /**
   * Looks once. Without a usable newer one, that in force stays; what somebody could not take is
   * handed on again at the next look.
   */
  void check() {
    try {
      if (source.refresh().isPresent()) {
        handedOn = false;
      }
      if (!handedOn) {
        listener.use(source.current());
        bundle.use(source.trustAnchors());
        handedOn = true;
        LOG.info(
            "new connections are shown a certificate that is valid until {}",
            source.current().notAfter());
      }
    } catch (IOException | RuntimeException failure) {
      LOG.warn("no newer certificate: {}", failure.getMessage());
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
