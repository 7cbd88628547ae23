# From reset to main: one hart, machine mode, interrupts never enabled (wfi wakes without them).
	.option arch, +zicsr

	.section .text.start, "ax"
	.globl start
start:
	.option push
	.option norelax
	la gp, __global_pointer$
	.option pop
	la tp, tls_block
	la t0, trap
	csrw mtvec, t0

	la t0, bss_start
	la t1, bss_end
1:	bgeu t0, t1, 2f
	sw zero, 0(t0)
	addi t0, t0, 4
	j 1b

	# The stack is painted so that its deepest use can be read (stack.c).
2:	la t0, stack_bottom
	la t1, stack_top
	li t2, 0xA5A5A5A5
3:	bgeu t0, t1, 4f
	sw t2, 0(t0)
	addi t0, t0, 4
	j 3b

4:	la sp, stack_top
	call main
	call board_end

# Every trap is the end: on a stack of its own, since running out of stack is one of the reasons.
	.align 2
trap:
	la sp, trap_stack_top
	csrr a0, mcause
	csrr a1, mepc
	csrr a2, mtval
	mv a3, ra
	call trap_end
