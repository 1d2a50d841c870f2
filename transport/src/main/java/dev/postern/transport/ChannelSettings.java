package dev.postern.transport;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * How a {@link DataChannel} goes about it.
 *
 * @param policy when it dials again, and when no more
 * @param clock the time of messages and of waits for acknowledgements
 * @param random message ids and delays are drawn from it
 * @param threads what its threads are
 */
public record ChannelSettings(
    ReconnectPolicy policy, InstantSource clock, RandomGenerator random, ChannelThreads threads) {}
