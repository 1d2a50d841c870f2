package dev.postern.server.service.sts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import dev.postern.aws.Fault;
import dev.postern.server.store.OidcProviderRecord;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of OIDC providers, kept for a while. Whoever shows a token cannot make this server call
 * a provider more often than {@link #FETCH_EVERY}: neither with unknown keys nor while the provider
 * does not answer. Safe for use by many threads; one fetches for a provider at a time, and few wait
 * for it.
 */
final class ProviderKeys {
  /** So long keys are used without asking again. */
  static final Duration KEPT = Duration.ofHours(1);

  /** How often a provider is asked at most. */
  static final Duration FETCH_EVERY = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(ProviderKeys.class);
  private static final int PROVIDERS_MAX = 100;
  private static final int WAITING_MAX = 64;
  private static final Duration WAIT_MAX = ProviderDocuments.TIME_MAX.multipliedBy(2);

  private final Cache<OidcProviderRecord, Slot> slots =
      Caffeine.newBuilder().maximumSize(PROVIDERS_MAX).build();
  private final Semaphore waiting = new Semaphore(WAITING_MAX);

  /** What is known of a provider; changed under its lock. */
  private static final class Slot {
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Fetched fetched;
    private @Nullable Instant askedAt;
    private @Nullable Fault failure;
  }

  private record Fetched(JWKSet keys, Instant at) {
    boolean isFresh(Instant now) {
      return now.isBefore(at.plus(KEPT));
    }
  }

  /** The keys that a token with this header can be signed with; none when there is no such key. */
  List<JWK> find(OidcProviderRecord provider, JWSHeader header, Instant now) {
    Slot slot = slots.get(provider, _ -> new Slot());
    List<JWK> known = select(slot.fetched, header, now);
    if (!known.isEmpty()) {
      return known;
    }
    if (!waiting.tryAcquire()) {
      throw unreachable();
    }
    try {
      if (!slot.lock.tryLock(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        throw unreachable();
      }
      try {
        return fetched(provider, slot, header, now);
      } finally {
        slot.lock.unlock();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw unreachable();
    } finally {
      waiting.release();
    }
  }

  private static List<JWK> fetched(
      OidcProviderRecord provider, Slot slot, JWSHeader header, Instant now) {
    List<JWK> known = select(slot.fetched, header, now);
    if (!known.isEmpty()) {
      return known;
    }
    if (slot.askedAt == null || !now.isBefore(slot.askedAt.plus(FETCH_EVERY))) {
      slot.askedAt = now;
      slot.failure = null;
      try {
        slot.fetched = new Fetched(ProviderDocuments.keys(provider), now);
      } catch (IOException failure) {
        LOG.warn("the keys of {} could not be fetched: {}", provider.arn(), failure.getMessage());
        slot.failure = failure instanceof SSLException ? untrusted() : unreachable();
      }
    }
    if (slot.failure != null) {
      throw slot.failure;
    }
    return select(slot.fetched, header, now);
  }

  private static List<JWK> select(@Nullable Fetched fetched, JWSHeader header, Instant now) {
    if (fetched == null || !fetched.isFresh(now)) {
      return List.of();
    }
    return new JWKSelector(JWKMatcher.forJWSHeader(header)).select(fetched.keys());
  }

  private static Fault unreachable() {
    return new Fault(
        "IDPCommunicationError",
        400,
        "The identity provider could not be reached. Try again later.");
  }

  private static Fault untrusted() {
    return new Fault(
        "InvalidIdentityToken",
        400,
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint");
  }
}
