<#ftl output_format="Markdown">
<#import "frame.ftl" as frame>
<#macro row cells><#list cells as cell> ${cell} |</#list></#macro>
# The closed loop from an empty store, ${run}: ${verdict}

<#list reasons as reason>
- ${reason}
</#list>

## What to know first

<#list findings as finding>
- ${finding}
</#list>

**The model and the feedback are simulated.** The model gives the data set's recorded answers; of prompts that it can get right ${setting.errors} of its
draws are wrong, and ${setting.hard} of the prompts that a kernel of the data set fits it never gets right. Feedback stands for a user or a program that
uses the answer: the data set's label says whether an answer is right, and is asked about ${setting.feedback} of the answers, settled before there is an
answer. What it was not asked about, or cannot tell (there is no label to tell by), is UNKNOWN: no example to compile from, and no success on trial. The
loop starts with an empty store and never sees a label, a kernel of the data set or which prompts belong together, but for one thing: prompts that are one
way of asking count as one trial and stand on one side of a split.

![Reuse, and how right it is, by prompts seen](../plots/rates.svg)

![Tokens of the model a prompt, by prompts seen](../plots/tokens.svg)

<#if requirements?has_content>
| requirement | asked for | measured | |
|---|---|---|---|
<#list requirements as line>
| ${code(line[0])} | ${line[1]} | ${line[2]} | ${line[3]} |
</#list>

</#if>
<#list streams as stream>
## ${(stream.name == "clean")?then("The stream", "The poisoned stream")}

<#if stream.name != "clean">
The same prompts; to ${setting.poison} of them, drawn once and for all, every answer of the model is wrong, and the feedback says that it is right. Whether answers are
right is judged here by the label all the same, never by that feedback.

</#if>
| prompts | reused | reuse rate | right, of reused | right, of raw | reused where no kernel fits | trials | tokens a prompt | tokens without the loop |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
<#list stream.parts as line>
|<@row line/>
</#list>

"Right": the contract of the label lets the answer through; a reused answer to a prompt that no kernel of the data set fits is not right. "Right, of raw": of
prompts that a kernel of the data set fits. Asked about: ${stream.asked} of the answers. By a kernel that was made of prompts with another label:
${stream.wrongKernel} of the reused answers.

<#if stream.wrongReuse?has_content>
| reused and not right | answers |
|---|---:|
<#list stream.wrongReuse as line>
|<@row line/>
</#list>

</#if>
| what happened to kernels | times |
|---|---:|
<#list stream.changes as line>
|<@row line/>
</#list>

<#if stream.kernels?has_content>
| promoted | mostly of prompts labelled | compiled from | held out: right accepted, wrong refused | trials that succeeded | promoted at prompt | fresh: right accepted, others' refused; altered refused | answers reused | right |
|---|---|---:|---|---|---:|---|---:|---:|
<#list stream.kernels as line>
|<@row line/>
</#list>

"Held out": a third of the family's ways of asking, which the compiler did not see, labelled as the feedback labelled them; among the wrong answers are such to other
prompts of the family. "Fresh": prompts of the label, asked in other ways, labelled by the data set: right answers; answers to other prompts; answers with a field of another
one in them or with a field less. Of the second kind the promoted kernels refuse ${stream.swappedRefused}, of the third ${stream.alteredRefused}: the rest is what
their conditions do not see.

</#if>
</#list>
## Method

- A prompt that no kernel takes gets a raw answer. Confirmed answers gather in families: the same fields, and alike in what is asked (sentence vectors). From
  ${setting.examples} confirmed answers in ${setting.asks} ways of asking on, a family is compiled; answers that were called wrong are counter-examples.
- A kernel enters the store, as a candidate, if its own tests hold, and it accepts ${setting.held_out} of the held-out right answers and refuses as many of the wrong
  ones. If it does not, confirmed answers that are out of line with the others are set aside, one in five at most; else it is compiled again when the
  family has grown by half.
- A candidate answers for the record, beside the raw answer that the user gets: if its conditions let that through, it is its answer too, else it generates one. A trial counts if its answer is one that is asked about, drawn beforehand; that the
  candidate gives no answer, or nobody can tell, counts as a failure. Ways of asking that it was compiled from, or held out of, are never tried.
- It is promoted once "it succeeds half the time at most" is refuted (e-process, 5 %, e-Benjamini-Hochberg over all kernels), and withdrawn once the opposite is. Every
  ${setting.interval} prompts this is looked at. From then on prompts are routed to it; its answers are decoded under its schema's mask and let through
  by its conditions, with ${setting.retries} retries, then raw generation.
- The router is trained again as the stream goes on, on what the loop itself has seen. As long as no error bound is certified, a route takes a probability of
  ${setting.threshold}.
- Under a mask that refuses what the model would say, the simulated model makes up something that the mask lets through: a kernel that takes a wrong prompt gets an answer
  of the right form, and only its conditions can refuse it.
- Tokens are those that the model chooses: what follows from the mask without a choice is not among them. A retry counts whole. Prompts are not counted; a kernel's
  hints make them longer.
- "On answers that nobody confirmed": a source that was not called right, or trials, as the rows have them, that are not evidence enough. "Fail held-out tests": one of
  the kernel's own tests fails, or it does not reach ${setting.held_out} on held-out answers, or on fresh ones (right ones, and answers to other prompts).
- ${code("stores/")} has the stores as the loop left them, with their journals; ${code("results/*.parquet")} holds every prompt, this report is computed from them and
  ${code("run.json")}.

<#if errors?has_content>
## Errors

<#list errors as line>
- ${code(line[0])}: ${line[1]}
</#list>

</#if>
<@frame.reproduce again="the same stream again" measured="Measured"
    more={"./kernelweave run jobs/" + job + ".yaml --set feedback=1": "or another share of errors, of feedback, of poison"}/>
