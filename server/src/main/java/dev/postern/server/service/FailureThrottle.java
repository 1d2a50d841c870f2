package dev.postern.server.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * Counts failures by subject, and says when there were too many: so many at once, then one per
 * second. Keeps a bounded number of subjects and forgets the least seen ones first. Safe for use by
 * many threads; failures of calls that run at the same time may go beyond the limit by as many.
 */
public final class FailureThrottle {
  /** How fast failures are forgiven. */
  static final Duration FORGIVEN_EVERY = Duration.ofSeconds(1);

  /** Subjects that are kept; each takes some 200 bytes. */
  static final int SUBJECTS_MAX = 65_536;

  private static final int IPV6_NETWORK_BYTES = 8;

  private final int burst;
  private final Cache<String, Debt> debts;

  /** What is owed: as failures, each forgiven after its time. */
  private record Debt(double failures, Instant at) {
    double left(Instant now) {
      double forgiven = (double) Duration.between(at, now).toMillis() / FORGIVEN_EVERY.toMillis();
      // A clock that was set back forgives nothing, and takes nothing back either.
      return Math.max(0, failures - Math.max(0, forgiven));
    }
  }

  /**
   * @param burst how many failures may come at once
   */
  public FailureThrottle(int burst) {
    this.burst = burst;
    this.debts = Caffeine.newBuilder().maximumSize(SUBJECTS_MAX).executor(Runnable::run).build();
  }

  /** False while the subject has failed too often: then nothing of it shall be looked at. */
  public boolean admits(String subject, Instant now) {
    Debt debt = debts.getIfPresent(subject);
    return debt == null || debt.left(now) <= burst - 1;
  }

  /** One more failure; true when this one used the last allowance up. */
  public boolean failed(String subject, Instant now) {
    boolean before = admits(subject, now);
    Debt debt =
        debts
            .asMap()
            .compute(
                subject,
                (_, old) -> new Debt(Math.min(burst, 1 + (old == null ? 0 : old.left(now))), now));
    return before && debt != null && debt.left(now) > burst - 1;
  }

  /** Forgives everything. */
  public void forget(String subject) {
    debts.invalidate(subject);
  }

  long subjects() {
    debts.cleanUp();
    return debts.estimatedSize();
  }

  /**
   * What counts as one source: an IPv4 address, or the network of 64 bits that an IPv6 address is
   * of, because one subscriber has all of those.
   */
  public static String source(String address) {
    try {
      InetAddress parsed = InetAddress.ofLiteral(address);
      return parsed instanceof Inet6Address
          ? InetAddress.getByAddress(
                  Arrays.copyOf(
                      Arrays.copyOf(parsed.getAddress(), IPV6_NETWORK_BYTES),
                      parsed.getAddress().length))
              .getHostAddress()
          : parsed.getHostAddress();
    } catch (IllegalArgumentException | java.net.UnknownHostException noAddress) {
      return address;
    }
  }
}
