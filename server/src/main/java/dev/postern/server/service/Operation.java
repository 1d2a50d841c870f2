package dev.postern.server.service;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import java.util.Map;

/**
 * One operation of an API, named as AWS names it. Safe for use by many threads; runs on the
 * request's virtual thread.
 *
 * <p>The edge calls in this order: {@link #validate}, {@link #question}, the gate, {@link #run}. So
 * nothing that exists is told to a caller who may not know.
 *
 * @param <I> input: a request class of the AWS SDK, or a JSON tree where the SDK has none
 * @param <O> output likewise
 */
public interface Operation<I, O> {
  /** The operation's name, for example {@code StartSession}. */
  String name();

  /**
   * How a caller must prove who it is, checked before the input is looked at. The same as its
   * question says.
   */
  default Question.Proof proof() {
    return Question.Proof.ACCESS_KEY;
  }

  /** How input and output are read and written. */
  Codec<I, O> codec();

  /**
   * Refuses input that is wrong in itself.
   *
   * <p>Throws a {@code ValidationException} fault that lists every violated constraint.
   */
  void validate(I input);

  /** What the caller must be allowed. Looks nothing up that the answer would reveal. */
  Question question(I input, Caller caller);

  /** Does it, or throws one of the operation's errors as a fault. */
  O run(Call call, I input);

  /** Whether the operation changes nothing: CloudTrail's {@code readOnly}. */
  boolean readOnly();

  /** The input as the audit event shows it: without secrets. */
  Map<String, Object> auditParameters(I input);

  /** The output as the audit event shows it: without secrets; empty for reads. */
  Map<String, Object> auditElements(O output);
}
