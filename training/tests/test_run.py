"""All of training in one command: what runs when, with whose weights, and what happens when a step fails."""
import os
import sys
import tempfile
import unittest

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from onegt import processes, run  # noqa: E402

SHIPPED = os.path.join(os.path.dirname(__file__), '..', '..', 'packages', 'weights-nano', 'weights')


def plan(*arguments):
    return dict(run.steps(run.parse(['--out', 'somewhere', '--people', '10', '--held-out', '3', '--workers', '2', *arguments])))


class Plan(unittest.TestCase):
    def test_held_out_people_are_never_those_of_the_training(self):
        steps = plan()
        seeds = {name: commands[0][commands[0].index('--seed') + 1] for name, commands in steps.items() if name.startswith('render')}
        self.assertEqual(seeds, {'render test': '2000000', 'render validation': '1000000', 'render pairs': '0', 'render triplets': '0'})

    def test_the_hours_are_those_of_the_training_steps_together(self):
        for arguments in ([], ['--from', SHIPPED]):
            minutes = [float(command[command.index('--minutes') + 1]) for commands in plan('--hours', '2', *arguments).values() for command in commands if '--minutes' in command]
            self.assertAlmostEqual(sum(minutes), 120, places=2)

    def test_each_network_comes_after_what_it_learns_on(self):
        order = list(plan())
        after = lambda first, second: self.assertLess(order.index(first), order.index(second))
        after('collect', 'train the autoencoder')
        after('fit the head prior and train the non-rigid Transformer', 'calibrate: fit the offsets')
        after('calibrate: fit the offsets', 'train the rigid Transformer')
        after('train the rigid Transformer', 'make pairs')
        after('make pairs', 'train the DiT')
        after('train the DiT', 'train the detail blend')
        after('evaluate on test people', 'export')

    def test_from_weights_the_autoencoder_and_the_prior_stay(self):
        steps = plan('--from', SHIPPED)
        self.assertFalse([name for name in steps if 'autoencoder' in name or 'prior' in name or 'calibrate' in name])
        for name, network in (('train the non-rigid Transformer', 'nonrigid'), ('train the rigid Transformer', 'rigid'), ('train the DiT', 'dit'), ('train the detail blend', 'autoencoder')):
            command, = steps[name]
            self.assertEqual(command[command.index('--initialise') + 1], os.path.abspath(os.path.join(SHIPPED, network + '.safetensors')))
        with tempfile.TemporaryDirectory() as runs:
            run.start_from(SHIPPED, runs)
            self.assertEqual(sorted(os.listdir(runs)), ['autoencoder.pt', 'prior.safetensors'])
            self.assertIn('decoder.out.weight', torch.load(os.path.join(runs, 'autoencoder.pt'))['model'])

    def test_every_core_has_a_worker(self):
        steps = plan()
        self.assertEqual([command[-1] for command in steps['make pairs']], ['0/2', '1/2'])
        command, = steps['train the DiT']
        self.assertEqual(command[command.index('--workers') + 1], '2')


class Running(unittest.TestCase):
    def test_the_first_that_fails_ends_the_others(self):
        forever = [sys.executable, '-c', 'import time\nwhile True: time.sleep(1)']
        self.assertEqual(processes.run([forever, [sys.executable, '-c', 'raise SystemExit(3)']]), 3)

    def test_all_that_succeed_are_waited_for(self):
        with tempfile.TemporaryDirectory() as folder:
            names = [os.path.join(folder, name) for name in 'ab']
            self.assertEqual(processes.run([[sys.executable, '-c', f'import time; time.sleep(0.2); open({name!r}, "w")'] for name in names]), 0)
            self.assertEqual(len(os.listdir(folder)), 2)

    def test_workers_find_each_other_and_average(self):
        """A program that trains nothing: each worker brings its rank, all leave with the mean."""
        with tempfile.TemporaryDirectory() as folder:
            program = """
import os, sys, torch
import torch.distributed as distributed
from onegt.processes import run_workers
if 'RANK' not in os.environ:
    sys.exit(run_workers(2, 'workers_of_a_test'))
distributed.init_process_group('gloo')
mean = torch.tensor([float(os.environ['RANK'])])
distributed.all_reduce(mean)
open(os.path.join(sys.argv[1], os.environ['RANK']), 'w').write(str(mean.item() / 2))
"""
            with open(os.path.join(folder, 'workers_of_a_test.py'), 'w') as file:
                file.write(program)
            path = os.pathsep.join([folder, os.path.join(os.path.dirname(__file__), '..')])
            self.assertEqual(processes.run([[sys.executable, '-m', 'workers_of_a_test', folder]], [dict(PYTHONPATH=path)]), 0)
            self.assertEqual([open(os.path.join(folder, rank)).read() for rank in '01'], ['0.5', '0.5'])


if __name__ == '__main__':
    unittest.main()
