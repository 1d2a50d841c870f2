package dev.postern.server.store;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * What a store is opened with.
 *
 * @param database the SQLite file, made when absent
 * @param random for tokens, secrets and ids: a secure one outside tests
 * @param autocreatePreferences whether SSM-SessionManagerRunShell exists from the start
 * @param historyKept how long ended sessions are remembered
 */
public record StoreOptions(
    Path database,
    MasterKey masterKey,
    InstantSource clock,
    RandomGenerator random,
    boolean autocreatePreferences,
    Duration historyKept) {}
